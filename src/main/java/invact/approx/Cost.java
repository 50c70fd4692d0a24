package invact.approx;

/**
 * The instructions that one element takes, counted as a GPU issues them.
 *
 * <p>{@link #slots()} weighs them by the width of their units: 128 lanes a clock and multiprocessor
 * do fma, 16 do {@code sqrt.approx}, {@code rcp.approx}, {@code ex2.approx} and {@code lg2.approx},
 * so that one of these counts 8. That is the worst case, in which the two kinds of unit never work
 * at the same time. At the memory bandwidth of an H100 there is time for about 60 slots an element
 * in a backward pass.
 *
 * @param fma instructions of the full-width unit: fused multiply-add, add, multiply, min, max,
 *     compare, select
 * @param division reciprocals; a division is one and a multiplication
 * @param squareRoot square roots
 * @param exponential exponentials to base 2; to base e, one and a multiplication
 * @param power powers aᵇ, each a logarithm, a multiplication and an exponential
 */
public record Cost(int fma, int division, int squareRoot, int exponential, int power) {
  /** Nothing at all. */
  public static final Cost NONE = new Cost(0, 0, 0, 0, 0);

  /**
   * What a kernel does around any approximant: u = max(y − f(T), 0), take the indicator's bit out
   * of its byte and select a branch, convert dy and y to fp32 and dx back, multiply dy·g.
   */
  private static final Cost KERNEL = new Cost(9, 0, 0, 0, 0);

  private static final int SPECIAL_SLOTS = 8;

  /**
   * Counts.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public Cost {
    if (fma < 0 || division < 0 || squareRoot < 0 || exponential < 0 || power < 0) {
      throw new IllegalArgumentException("a cost counts instructions and cannot be negative");
    }
  }

  /**
   * The whole backward pass for one element: both branches are evaluated, from one root of the
   * lift, and one is selected; where both divide, numerator and denominator are selected first and
   * divided once.
   *
   * @param left the form of the left branch
   * @param right the form of the right branch
   * @return the cost
   */
  public static Cost backward(Form left, Form right) {
    Cost both = left.cost().plus(right.cost());
    int roots = Math.max(left.cost().squareRoot, right.cost().squareRoot);
    int divisions = Math.max(left.cost().division, right.cost().division);
    return new Cost(both.fma, divisions, roots, both.exponential, both.power).plus(KERNEL);
  }

  /**
   * The sum of two costs.
   *
   * @param other the other
   * @return this and the other
   */
  public Cost plus(Cost other) {
    return new Cost(
        fma + other.fma,
        division + other.division,
        squareRoot + other.squareRoot,
        exponential + other.exponential,
        power + other.power);
  }

  /**
   * Instruction slots: 1 for each full-width instruction, 8 for each root, reciprocal and
   * exponential, 17 for a power.
   *
   * @return the number of slots
   */
  public int slots() {
    return fma
        + SPECIAL_SLOTS * (division + squareRoot + exponential)
        + (2 * SPECIAL_SLOTS + 1) * power;
  }
}
