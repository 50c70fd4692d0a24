package invact.activation.internal.expression;

/**
 * A value and its derivatives by several parameters: forward-mode differentiation. {@link Jet}
 * gives an operation's derivative by each operand; the chain rule does the rest.
 *
 * @param value the value
 * @param partials the derivatives by the parameters; null where the value depends on none
 */
record Gradient(double value, double[] partials) {
  /** A value that depends on no parameter. */
  static Gradient constant(double value) {
    return new Gradient(value, null);
  }

  /** A parameter, one of {@code count}. */
  static Gradient parameter(double value, int index, int count) {
    double[] partials = new double[count];
    partials[index] = 1;
    return new Gradient(value, partials);
  }

  boolean isConstant() {
    return partials == null;
  }

  /** The operand to differentiate an operation by. */
  Jet seed() {
    return isConstant() ? Jet.constant(value) : Jet.variable(value);
  }

  /**
   * h of this value, given h and h′ there; an infinite h′ does not matter where the value stands
   * still.
   */
  Gradient through(Jet h) {
    if (isConstant()) {
      return constant(h.value());
    }
    double[] chained = new double[partials.length];
    for (int j = 0; j < chained.length; j++) {
      chained[j] = partials[j] == 0 ? 0 : h.first() * partials[j];
    }
    return new Gradient(h.value(), chained);
  }

  /** The derivatives of both; the value is the same in both. */
  Gradient plus(Gradient other) {
    double[] sums = new double[partials.length];
    for (int j = 0; j < sums.length; j++) {
      sums[j] = partials[j] + other.partials[j];
    }
    return new Gradient(value, sums);
  }
}
