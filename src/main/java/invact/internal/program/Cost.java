package invact.internal.program;

/**
 * The instructions that one element takes, counted as a GPU issues them.
 *
 * <p>{@link #issueSlots()} weighs them by the width of their units: 128 lanes a clock and
 * multiprocessor do fma, 16 do {@code sqrt.approx}, {@code rcp.approx}, {@code ex2.approx} and
 * {@code lg2.approx}, so that one of these counts 8. That is the worst case, in which the two kinds
 * of unit never work at the same time. At the memory bandwidth of an H100 there is time for about
 * 60 issue slots an element in a backward pass.
 *
 * @param fma instructions of the full-width unit: fused multiply-add, add, multiply, min, max,
 *     compare, select, look-up in a table on chip
 * @param division reciprocals; a division is one and a multiplication
 * @param squareRoot square roots
 * @param exponential exponentials to base 2; the factor for base e goes into a coefficient
 * @param power powers aᵇ, each a logarithm, a multiplication and an exponential
 */
public record Cost(int fma, int division, int squareRoot, int exponential, int power) {
  /** Nothing at all. */
  public static final Cost NONE = new Cost(0, 0, 0, 0, 0);

  /**
   * What a kernel does around any approximant: the rounded height, take the indicator's bit out of
   * its byte and select a branch, convert dy and y to fp32 and dx back, multiply dy·g.
   */
  private static final Cost KERNEL = new Cost(9, 0, 0, 0, 0);

  private static final Cost FULL_WIDTH = new Cost(1, 0, 0, 0, 0);

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
   * The cost of a program. Signs cost nothing, being part of the instruction that takes the value;
   * a division by a parameter is a multiplication; a comparison gives its answer as 0 or 1 without
   * a selection. Two things are not counted: the blocks of {@link Op#RARELY}, and the test whether
   * an exponential is 0, which a kernel needs only where a factor overflows.
   *
   * @param program the program
   * @return the instructions for one element
   */
  public static Cost of(Program program) {
    Cost sum = NONE;
    for (Instruction step : program.body()) {
      sum = sum.plus(of(step, program));
    }
    return sum;
  }

  private static Cost of(Instruction step, Program program) {
    return switch (step.op()) {
      case INPUT, PARAMETER, CONSTANT, NEGATE, ABS, NOT, BITS, FLOAT -> NONE;
      case DIVIDE ->
          program.step(step.operand(1)).op() == Op.PARAMETER ? FULL_WIDTH : new Cost(1, 1, 0, 0, 0);
      case SQRT -> new Cost(0, 0, 1, 0, 0);
      case EXP, EXP2 -> new Cost(0, 0, 0, 1, 0);
      case RECIPROCAL -> new Cost(0, 1, 0, 0, 0);
      case POWER -> new Cost(0, 0, 0, 0, 1);
      case EQ -> isUnderflow(step, program) ? NONE : FULL_WIDTH;
      case SELECT ->
          isCount(step, program) || isUnderflow(program.step(step.operand(0)), program)
              ? NONE
              : FULL_WIDTH;
      default -> FULL_WIDTH;
    };
  }

  /** Whether a step asks if an exponential is 0. */
  private static boolean isUnderflow(Instruction step, Program program) {
    return step.op() == Op.EQ
        && program.step(step.operand(0)).op() == Op.EXP
        && isNumber(program.step(step.operand(1)), 0);
  }

  /** Whether a selection makes 1 or 0 of an answer. */
  private static boolean isCount(Instruction select, Program program) {
    return select.type() == Type.I32
        && isNumber(program.step(select.operand(1)), 1)
        && isNumber(program.step(select.operand(2)), 0);
  }

  private static boolean isNumber(Instruction step, long bits) {
    return step.op() == Op.CONSTANT && step.number() == bits;
  }

  /**
   * The whole backward pass for one element: both branches are evaluated, from one root of the
   * height, and one is selected; where both divide, numerator and denominator are selected first
   * and divided once.
   *
   * @param left of the approximant of the left branch
   * @param right of the approximant of the right branch
   * @return the cost
   */
  public static Cost backward(Cost left, Cost right) {
    Cost both = left.plus(right);
    int roots = Math.max(left.squareRoot, right.squareRoot);
    int divisions = Math.max(left.division, right.division);
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
   * Issue slots: 1 for each full-width instruction, 8 for each root, reciprocal and exponential, 17
   * for a power.
   *
   * @return the number of issue slots
   */
  public int issueSlots() {
    return fma
        + SPECIAL_SLOTS * (division + squareRoot + exponential)
        + (2 * SPECIAL_SLOTS + 1) * power;
  }
}
