package invact.internal.program;

/** What a value of a program is. */
public enum Type {
  /** IEEE 754 binary32. */
  F32,
  /** IEEE 754 binary64, where a function has no fp32 arithmetic of its own. */
  F64,
  /** A 32-bit integer in two's complement; sums wrap. */
  I32,
  /** The answer of a comparison. */
  BOOL
}
