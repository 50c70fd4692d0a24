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
 * The passes of a 16-bit format: of 65,536 patterns every answer is known beforehand, as the scalar
 * backend has it.
 */
final class LookUps {
  private static final int PATTERNS = 1 << 16;

  private LookUps() {}

  /** Pattern x to pattern y and S; 256 KiB: y's pattern, with S in the sign. */
  static Computation forward(ScalarActivation scalar, Dtype format) {
    short[] inputs = new short[PATTERNS];
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      inputs[pattern] = (short) pattern;
    }
    short[] outputs = new short[PATTERNS];
    byte[] indicator = new byte[PATTERNS / Byte.SIZE];
    scalar.forward(format, inputs, outputs, indicator);
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

  /** Patterns dy and y and S to pattern dx; 512 KiB: g on the left, then on the right. */
  static Computation backward(ScalarActivation scalar, Dtype format) {
    FloatFunction left = scalar.derivative(Branch.LEFT, format);
    FloatFunction right = scalar.derivative(Branch.RIGHT, format);
    float[] derivatives = new float[2 * PATTERNS];
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      float y = format.decode((short) pattern);
      derivatives[pattern] = left.apply(y);
      derivatives[PATTERNS + pattern] = right.apply(y);
    }
    ProgramBuilder b = new ProgramBuilder("backward_lookup_" + format.label());
    Value isRight = b.input("right", Type.BOOL);
    Value y = b.input("y", Type.I32);
    Value index = b.select(isRight, b.or(y, b.integer(PATTERNS)), y);
    Value g = b.lookup(b.table("derivatives", derivatives), index);
    Value dy = b.input("dy", Type.I32);
    Value dx = b.multiply(HalfPrecision.decode(b, format, dy), g);
    return b.output("dx", HalfPrecision.encode(b, format, dx)).build();
  }

  /** Patterns a and b to pattern p. */
  static Computation gatedForward(ScalarGatedUnit scalar, Dtype format) {
    ProgramBuilder b = new ProgramBuilder("gated_forward_lookup_" + format.label());
    Value factor = b.lookup(factors(b, scalar, format), b.input("a", Type.I32));
    Value up = HalfPrecision.decode(b, format, b.input("b", Type.I32));
    Value p = HalfPrecision.encode(b, format, b.multiply(factor, up));
    return b.output("p", p).build();
  }

  /** Patterns dp, a and kept to patterns da and db. */
  static Computation gatedBackward(ScalarGatedUnit scalar, Dtype format) {
    float[] derivatives = new float[PATTERNS];
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      derivatives[pattern] = scalar.derivative(format.decode((short) pattern));
    }
    ProgramBuilder b = new ProgramBuilder("gated_backward_lookup_" + format.label());
    Value a = b.input("a", Type.I32);
    Value factor = b.lookup(factors(b, scalar, format), a);
    Value derivative = b.lookup(b.table("derivatives", derivatives), a);
    Value dp = HalfPrecision.decode(b, format, b.input("dp", Type.I32));
    Value kept = HalfPrecision.decode(b, format, b.input("kept", Type.I32));
    Value up = GatedUnit.keepsProduct(format) ? b.divide(kept, factor) : kept;
    Value da = HalfPrecision.encode(b, format, b.multiply(b.multiply(dp, up), derivative));
    Value db = HalfPrecision.encode(b, format, b.multiply(dp, factor));
    return b.output("da", da).output("db", db).build();
  }

  private static Table factors(ProgramBuilder b, ScalarGatedUnit scalar, Dtype format) {
    float[] factors = new float[PATTERNS];
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      factors[pattern] = scalar.factor(format, format.decode((short) pattern));
    }
    return b.table("factors", factors);
  }
}
