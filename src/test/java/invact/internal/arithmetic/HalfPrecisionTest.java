package invact.internal.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.internal.program.Interpreter;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Type;
import invact.numeric.Dtype;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The conversions as programs are those of {@link Dtype}. */
class HalfPrecisionTest {
  /** A prime, so that all bits vary; a million and a half patterns. */
  private static final int STRIDE = 2789;

  private static Interpreter decoder(Dtype dtype) {
    ProgramBuilder b = new ProgramBuilder("decode");
    return new Interpreter(
        b.output("value", HalfPrecision.decode(b, dtype, b.input("pattern", Type.I32))).build());
  }

  private static Interpreter encoder(Dtype dtype) {
    ProgramBuilder b = new ProgramBuilder("encode");
    return new Interpreter(
        b.output("pattern", HalfPrecision.encode(b, dtype, b.input("value", Type.F32))).build());
  }

  /** A signalling NaN of fp16 stays one, which processors quieten; other NaNs are the same. */
  @ParameterizedTest
  @EnumSource(names = {"BF16", "FP16"})
  void everyPatternIsDecoded(Dtype dtype) {
    Interpreter decoder = decoder(dtype);
    for (int pattern = Short.MIN_VALUE; pattern <= Short.MAX_VALUE; pattern++) {
      int found = Float.floatToRawIntBits(decoder.set(0, pattern).run().floatOutput(0));
      float expected = dtype.decode((short) pattern);
      int quiet = Float.isNaN(expected) && dtype == Dtype.FP16 ? 0x00400000 : 0;
      assertEquals(Float.floatToRawIntBits(expected) | quiet, found | quiet, "pattern " + pattern);
    }
  }

  /**
   * Numbers, infinities, and of NaN what the program asks for: in bf16 a lower half of 0, and that
   * quiet. fp16 has one NaN of each sign.
   */
  @ParameterizedTest
  @EnumSource(names = {"BF16", "FP16"})
  void numbersAreEncoded(Dtype dtype) {
    Interpreter encoder = encoder(dtype);
    for (long k = 0; k < 1L << Integer.SIZE; k += STRIDE) {
      requireEncoded(encoder, dtype, Float.intBitsToFloat((int) k));
    }
    // Each pattern, and the middle between it and the next, and beside that.
    for (int pattern = 0; pattern < 1 << Short.SIZE; pattern++) {
      float value = dtype.decode((short) pattern);
      float next = dtype.decode((short) (pattern + 1));
      float middle = value + 0.5f * (next - value);
      for (float near : new float[] {value, middle, Math.nextUp(middle), Math.nextDown(middle)}) {
        requireEncoded(encoder, dtype, near);
      }
    }
    for (float special :
        new float[] {
          65504,
          65519.996f,
          65520,
          0x1p-24f,
          0x1p-25f,
          Math.nextUp(0x1p-25f),
          0x1.ffcp-15f,
          0x1p-14f,
          0x1.fffp-15f,
          Float.MAX_VALUE,
          0x1.FEp127f,
          Float.POSITIVE_INFINITY
        }) {
      requireEncoded(encoder, dtype, special);
      requireEncoded(encoder, dtype, -special);
    }
  }

  private static void requireEncoded(Interpreter encoder, Dtype dtype, float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      boolean isPlain = (bits & 0xFFFF) == 0 && (bits & 0x00400000) != 0;
      if (dtype == Dtype.BF16 && !isPlain) {
        return;
      }
      if (dtype == Dtype.FP16) {
        short sign = (short) (bits >>> 16 & 0x8000);
        assertEquals((short) (sign | 0x7E00), (short) encoder.set(0, value).run().intOutput(0));
        return;
      }
    }
    short found = (short) encoder.set(0, value).run().intOutput(0);
    short expected = dtype.encode(value);
    if (expected != found) {
      assertEquals(expected, found, () -> dtype + " of " + value);
    }
  }
}
