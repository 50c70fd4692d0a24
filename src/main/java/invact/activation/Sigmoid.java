package invact.activation;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/** {@link invact.numeric.internal.Logistic#sigmoid(double, double)} in programs, bit for bit. */
final class Sigmoid {
  private Sigmoid() {}

  /** Writes σ(x + low). */
  static Value write(ProgramBuilder b, Value x, Value low) {
    Value one = b.wide(1);
    Value e = b.exp(b.negate(b.abs(x)));
    Value sum = b.add(one, e);
    Value sigmoid = b.divide(b.select(b.ge(x, b.wide(0)), one, e), sum);
    Value opposite = b.divide(b.select(b.ge(b.negate(x), b.wide(0)), one, e), sum);
    Value corrected = b.add(sigmoid, b.multiply(sigmoid, b.multiply(low, opposite)));
    return b.select(b.eq(b.abs(x), b.wide(Double.POSITIVE_INFINITY)), sigmoid, corrected);
  }
}
