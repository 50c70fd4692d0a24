package invact.internal.program;

/**
 * The operations of a program. Each takes operands of one type and gives that type, unless its
 * comment says otherwise. Arithmetic on {@link Type#F32} and {@link Type#F64} is IEEE 754's, to
 * nearest with ties to even, one rounding an operation, subnormals kept.
 */
public enum Op {
  /** A value that the caller gives for each element. */
  INPUT(0),
  /** A number that belongs to the data of the program, the same for all elements. */
  PARAMETER(0),
  /** A number that belongs to the program itself. */
  CONSTANT(0),
  /** a + b. */
  ADD(2),
  /** a − b. */
  SUBTRACT(2),
  /** a·b. */
  MULTIPLY(2),
  /** a·b + c, rounded once. */
  FMA(3),
  /** a/b. */
  DIVIDE(2),
  /** √a. */
  SQRT(1),
  /** −a: the sign bit inverted, of NaN too. */
  NEGATE(1),
  /** |a|: the sign bit cleared, of NaN too. */
  ABS(1),
  /** a &lt; b ? b : a, so that NaN stays; b is a number and not +0. */
  MAX(2),
  /** a &gt; b ? b : a, so that NaN stays; b is a number and not 0. */
  MIN(2),
  /** eᵃ: {@link StrictMath#exp} of a, rounded to a's type. */
  EXP(1),
  /** aᵇ: {@link StrictMath#pow}, rounded to F32. */
  POWER(2),
  /**
   * 1/a. A target may take an estimate that is off by 2⁻²² relative, with 0 for subnormal results.
   */
  RECIPROCAL(1),
  /** 2ᵃ. A target may take an estimate that is off by 2⁻²¹ relative, with 0 for subnormals. */
  EXP2(1),
  /** a &lt; b, a BOOL; false for NaN. */
  LT(2),
  /** a &gt; b, a BOOL; false for NaN. */
  GT(2),
  /** a ≥ b, a BOOL; false for NaN. */
  GE(2),
  /** a = b, a BOOL; false for NaN. */
  EQ(2),
  /** Not a, of BOOL. */
  NOT(1),
  /** a ? b : c, a BOOL. */
  SELECT(3),
  /** a and b, of I32 bit by bit, or of BOOL. */
  AND(2),
  /** a or b, of I32 bit by bit. */
  OR(2),
  /** Exclusive or of a and b, of I32 bit by bit. */
  XOR(2),
  /** a shifted left by a constant, of I32. */
  SHIFT_LEFT(1),
  /** a shifted right by a constant, zeros coming in, of I32. */
  SHIFT_RIGHT(1),
  /** a shifted right by a constant, the sign coming in, of I32. */
  SHIFT_RIGHT_SIGNED(1),
  /** The bit pattern of an F32, an I32. */
  BITS(1),
  /** The F32 of a bit pattern. */
  FLOAT(1),
  /** The F64 of an F32. */
  WIDEN(1),
  /** The F32 nearest to an F64. */
  NARROW(1),
  /** The entry of a table at I32 a, of which only as many low bits count as the table is long. */
  LOOKUP(1),
  /**
   * a ? the value of a block : b, a BOOL. Where a is false the block need not be computed; it is
   * for what few elements take. Its values are known in the block alone.
   */
  RARELY(2);

  private final int operands;

  Op(int operands) {
    this.operands = operands;
  }

  /**
   * The number of operands.
   *
   * @return from 0 to 3
   */
  public int operands() {
    return operands;
  }
}
