package invact.runtime.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.numeric.Dtype;
import invact.runtime.Backend;
import invact.runtime.Backends;
import invact.runtime.GatedUnit;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/** What the contracts of {@link GatedUnit} share: cases, one element by itself, inputs. */
abstract class GateContract {
  private static final List<Dtype> DTYPES = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16);

  /** GELU's and SiLU's, which have arithmetic of their own, and one that has none. */
  static final List<Activation> GATES =
      List.of(Activations.GELU, Activations.SILU, Activations.GELU_TANH);

  /** One gate in one dtype. */
  record Case(Activation f, Dtype dtype) {
    float rounded(double value) {
      return (float) dtype.round(value);
    }

    boolean keepsProduct() {
      return GatedUnit.keepsProduct(dtype);
    }

    /** What b is multiplied by. */
    double factor(float a) {
      double value = f.value(a);
      return keepsProduct() && StrictMath.abs(value) < 0x1p-100
          ? StrictMath.copySign(0x1p-100, value)
          : value;
    }

    double ulp(double value) {
      return DtypeElements.ulp(dtype, value);
    }

    @Override
    public String toString() {
      return f.name() + " " + dtype.label();
    }
  }

  final Backend backend;

  GateContract(String backendName) {
    backend = Backends.of(backendName);
  }

  static Stream<Case> cases() {
    return GATES.stream().flatMap(f -> DTYPES.stream().map(dtype -> new Case(f, dtype)));
  }

  static Stream<Case> halfCases() {
    return cases().filter(c -> c.dtype.isHalf());
  }

  // One element by itself.

  static float forward(GatedUnit unit, Case c, float a, float b) {
    MemorySegment p = segment(c, b);
    unit.forward(c.dtype, segment(c, a), p, p);
    return GuardedBuffer.get(c.dtype, p, 0);
  }

  record Gradients(float da, float db) {
    static Gradients of(GatedUnit unit, Case c, float dp, float a, float kept) {
      MemorySegment da = segment(c, dp);
      MemorySegment db = segment(c, kept);
      unit.backward(c.dtype, da, segment(c, a), db, da, db);
      return new Gradients(GuardedBuffer.get(c.dtype, da, 0), GuardedBuffer.get(c.dtype, db, 0));
    }
  }

  static GuardedBuffer buffer(
      Arena arena, GuardedBuffer.Place place, Case c, int length, float[] values) {
    int poison = length % 2 == 0 ? 0xFF : 0x5A;
    GuardedBuffer buffer = new GuardedBuffer(arena, place, (long) length * c.dtype.bytes(), poison);
    if (values != null) {
      buffer.set(c.dtype, values);
    }
    return buffer;
  }

  // Inputs.

  /** Numbers of odd size, among them where the gates underflow. */
  static float[] randomInputs(Case c, int length, long seed) {
    float max = (float) c.dtype.maxValue();
    float[] odd = {
      0.0f,
      -0.0f,
      max,
      -max,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      1e-4f,
      -12.0f,
      -80.0f,
      100.0f,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN
    };
    return DtypeElements.random(c.dtype, odd, length, seed);
  }

  static MemorySegment segment(Case c, float... values) {
    return DtypeElements.segment(c.dtype, values);
  }

  static float[] values(Case c, MemorySegment segment) {
    return DtypeElements.values(c.dtype, segment);
  }

  /** 64 numbers of fp32 in every binade, of both signs, and 2¹⁵ more for every |a| below 16. */
  static float[] everyMagnitude() {
    float[] values = new float[1 << 16];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          i % 2 == 0 ? Float.intBitsToFloat(i << 16) : (i - (1 << 15)) * (16.0f / (1 << 15));
    }
    return values;
  }

  static short[] patterns(Case c, float[] values) {
    short[] patterns = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      patterns[i] = c.dtype.encode(values[i]);
    }
    return patterns;
  }
}
