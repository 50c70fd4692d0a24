package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * A number in two fp32 parts, of which the second is at most about an ulp of the first: T. J.
 * Dekker's arithmetic, with fma for the errors of products. Relative errors are some 2⁻⁴⁵.
 *
 * @param high the first part
 * @param low the second part
 */
record Compensated(Value high, Value low) {
  /** Writes a + c, where |a| ≥ |c|. */
  static Compensated plus(ProgramBuilder b, Value a, Compensated c) {
    Value sum = b.add(c.high, a);
    return new Compensated(sum, b.add(b.subtract(c.high, b.subtract(sum, a)), c.low));
  }

  /** Writes 1 + v of an exponential. */
  static Compensated onePlus(ProgramBuilder b, Exponential power) {
    Value one = b.constant(1.0f);
    Value sum = b.add(power.excess(), one);
    Value low = b.subtract(power.excess(), b.subtract(sum, one));
    return new Compensated(sum, b.add(low, power.lost()));
  }

  /** Writes this times 2^k of an exponential. */
  Compensated scaled(ProgramBuilder b, Exponential power) {
    Value unscale = b.constant(Exponential.UNSCALE);
    return new Compensated(
        b.multiply(b.multiply(high, power.scale()), unscale),
        b.multiply(b.multiply(low, power.scale()), unscale));
  }

  /** Writes the product with a number. */
  Compensated times(ProgramBuilder b, Value factor) {
    Value product = b.multiply(high, factor);
    return new Compensated(product, b.fma(low, factor, b.fma(high, factor, b.negate(product))));
  }

  /** Writes a product. */
  Compensated times(ProgramBuilder b, Compensated factor) {
    Compensated product = times(b, factor.high);
    return new Compensated(product.high, b.fma(high, factor.low, product.low));
  }

  /** Writes a quotient, by the reciprocal of the divisor. */
  Compensated over(ProgramBuilder b, Compensated divisor) {
    Value one = b.constant(1.0f);
    Value inverse = b.divide(one, divisor.high);
    Value error = b.fma(b.negate(divisor.high), inverse, one);
    error = b.fma(b.negate(divisor.low), inverse, error);
    return times(b, new Compensated(inverse, b.multiply(inverse, error)));
  }

  /** Writes both parts as one number. */
  Value sum(ProgramBuilder b) {
    return b.add(high, low);
  }
}
