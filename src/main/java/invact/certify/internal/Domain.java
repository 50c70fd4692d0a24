package invact.certify.internal;

/**
 * The distances d from an expansion point for which a {@link TaylorForm} holds, and their powers.
 *
 * <p>A distance of 0 is always among them or at an end.
 */
final class Domain {
  private final Interval[] powers;
  private final int order;

  /**
   * Distances.
   *
   * @param distance all d
   * @param order n of the Taylor forms on them
   */
  Domain(Interval distance, int order) {
    this.order = order;
    // A product of two forms has powers up to 2n, and an antiderivative one more.
    powers = new Interval[2 * order + 2];
    for (int k = 0; k < powers.length; k++) {
      powers[k] = distance.power(k);
    }
  }

  int order() {
    return order;
  }

  Interval distance() {
    return powers[1];
  }

  Interval power(int k) {
    return powers[k];
  }
}
