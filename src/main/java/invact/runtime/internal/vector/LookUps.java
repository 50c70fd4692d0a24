package invact.runtime.internal.vector;

import invact.activation.Branch;
import invact.internal.arithmetic.HalfPrecision;
import invact.internal.program.Computation;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Table;
import invact.internal.program.Type;
import invact.internal.program.Value;
import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import invact.runtime.internal.ScalarActivation;
import invact.runtime.internal.ScalarGatedUnit;
import invact.runtime.internal.scalar.FloatFunction;

/**
 * The passes of a 16-bit dtype by look-up: the results of all 65,536 bit patterns are tabulated
 * from the scalar backend.
 */
final class LookUps {
  private static final int PATTERNS = 1 << 16;

  private LookUps() {}

  /** Pattern x to pattern y and S; 256 KiB: y's pattern, with S in the sign. */
  static Computation forward(ScalarActivation scalar, Dtype dtype) {
    short[] inputs = new short[PATTERNS];
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      inputs[pattern] = (short) pattern;
    }
    short[] outputs = new short[PATTERNS];
    byte[] indicator = new byte[PATTERNS / Byte.SIZE];
    scalar.forward(dtype, inputs, outputs, indicator);
    int[] answers = new int[PATTERNS];
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      int right = indicator[pattern / Byte.SIZE] >> pattern % Byte.SIZE & 1;
      answers[pattern] = right << 31 | Short.toUnsignedInt(outputs[pattern]);
    }
    ProgramBuilder b = new ProgramBuilder("forward_lookup");
    Value x = b.input("x", Type.I32);
    Value answer = b.lookup(b.integerTable("answers", answers), x);
    return b.output("right", b.lt(answer, b.integer(0))).output("y", answer).build();
  }

  /**
   * From the bits of dy and y, and S, to the bits of dx. The table has 512 KiB: g on the left, then
   * on the right.
   */
  static Computation backward(ScalarActivation scalar, Dtype dtype) {
    FloatFunction left = scalar.derivative(Branch.LEFT, dtype);
    FloatFunction right = scalar.derivative(Branch.RIGHT, dtype);
    float[] derivatives = new float[2 * PATTERNS];
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      float y = dtype.decode((short) pattern);
      derivatives[pattern] = left.apply(y);
      derivatives[PATTERNS + pattern] = right.apply(y);
    }
    ProgramBuilder b = new ProgramBuilder("backward_lookup_" + dtype.label());
    Value isRight = b.input("right", Type.BOOL);
    Value y = b.input("y", Type.I32);
    Value index = b.select(isRight, b.or(y, b.integer(PATTERNS)), y);
    Value g = b.lookup(b.table("derivatives", derivatives), index);
    Value dy = b.input("dy", Type.I32);
    Value dx = b.multiply(HalfPrecision.decode(b, dtype, dy), g);
    return b.output("dx", HalfPrecision.encode(b, dtype, dx)).build();
  }

  /** From the bits of a and b to those of p. */
  static Computation gatedForward(ScalarGatedUnit scalar, Dtype dtype) {
    ProgramBuilder b = new ProgramBuilder("gated_forward_lookup_" + dtype.label());
    Value factor = b.lookup(factors(b, scalar, dtype), b.input("a", Type.I32));
    Value up = HalfPrecision.decode(b, dtype, b.input("b", Type.I32));
    Value p = HalfPrecision.encode(b, dtype, b.multiply(factor, up));
    return b.output("p", p).build();
  }

  /** From the bits of dp, a and kept to those of da and db. */
  static Computation gatedBackward(ScalarGatedUnit scalar, Dtype dtype) {
    float[] derivatives = new float[PATTERNS];
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      derivatives[pattern] = scalar.derivative(dtype.decode((short) pattern));
    }
    ProgramBuilder b = new ProgramBuilder("gated_backward_lookup_" + dtype.label());
    Value a = b.input("a", Type.I32);
    Value factor = b.lookup(factors(b, scalar, dtype), a);
    Value derivative = b.lookup(b.table("derivatives", derivatives), a);
    Value dp = HalfPrecision.decode(b, dtype, b.input("dp", Type.I32));
    Value kept = HalfPrecision.decode(b, dtype, b.input("kept", Type.I32));
    Value up = GatedUnit.keepsProduct(dtype) ? b.divide(kept, factor) : kept;
    Value da = HalfPrecision.encode(b, dtype, b.multiply(b.multiply(dp, up), derivative));
    Value db = HalfPrecision.encode(b, dtype, b.multiply(dp, factor));
    return b.output("da", da).output("db", db).build();
  }

  private static Table factors(ProgramBuilder b, ScalarGatedUnit scalar, Dtype dtype) {
    float[] factors = new float[PATTERNS];
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      factors[pattern] = scalar.factor(dtype, dtype.decode((short) pattern));
    }
    return b.table("factors", factors);
  }
}
