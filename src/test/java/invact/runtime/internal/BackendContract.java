package invact.runtime.internal;

import static invact.runtime.internal.DtypeElements.requireSame;
import static invact.runtime.internal.DtypeElements.segment;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.PublishedCoefficients;
import invact.numeric.Dtype;
import invact.runtime.Backend;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What the contracts of {@link InvertedActivation} share: cases, a reference, inputs. */
abstract class BackendContract {
  private static final List<Dtype> DTYPES = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16);

  /**
   * Rounding errors of g in fp32, in units of 2⁻²⁴·(1 + |y|), beside those of the height; measured
   * 3.4 over 2·10⁷ random inputs, a quarter of them next to T, rounded up.
   */
  private static final double ROUNDINGS_OF_G = 4;

  /** One coefficient set in one dtype. */
  record Case(CoefficientSet set, Dtype dtype) {
    double argmin() {
      return set.activation().argmin();
    }

    float rounded(double value) {
      return (float) dtype.round(value);
    }

    @Override
    public String toString() {
      return set.name() + " " + dtype.label();
    }
  }

  final Backend backend;

  BackendContract(String backendName) {
    backend = Backends.of(backendName);
  }

  static List<CoefficientSet> sets() {
    List<CoefficientSet> sets = new ArrayList<>();
    for (Activation activation : Activations.all()) {
      PublishedCoefficients.of(activation).ifPresent(sets::add);
    }
    sets.addAll(MinimaxSets.SEGMENTED);
    return sets;
  }

  /** With the rationals, in which fp32 loses more digits than {@link #bound} allows for. */
  static Stream<Case> allCases() {
    Stream<Case> rational =
        MinimaxSets.RATIONAL.stream()
            .flatMap(set -> DTYPES.stream().map(dtype -> new Case(set, dtype)));
    return Stream.concat(cases(), rational);
  }

  static Stream<Case> cases() {
    return sets().stream().flatMap(set -> DTYPES.stream().map(dtype -> new Case(set, dtype)));
  }

  static Stream<Case> halfCases() {
    return cases().filter(c -> c.dtype.isHalf());
  }

  // The reference: double precision, one element at a time.

  static BranchApproximant approximant(Case c, boolean right) {
    return c.set.branch(right ? Branch.RIGHT : Branch.LEFT).approximant();
  }

  /** g as {@link BranchApproximant} has it, once y below f(T) counts as f(T). */
  static double derivative(Case c, double y, boolean right) {
    if (y >= 0 && !right) {
      return 0;
    }
    return y == Double.POSITIVE_INFINITY ? 1 : derivative(c, y, right, 0);
  }

  /** The same at a height that is off by some. */
  static double derivative(Case c, double y, boolean right, double shift) {
    BranchApproximant approximant = approximant(c, right);
    RoundedHeight height = RoundedHeight.of(c.set.activation(), c.dtype);
    double exact = y - height.minimum() - height.offset();
    double u = StrictMath.max(exact, height.least()) + shift;
    return approximant
        .target()
        .derivative(
            approximant.approximant().value(StrictMath.max(u, 0)),
            StrictMath.max(y, height.minimum()));
  }

  /**
   * How far g in fp32 may be from g in double precision.
   *
   * <p>The height is off by the roundings of its two subtractions and of the quotient, an ulp of
   * f(T) at most. Where g is steep, next to T (a root) and next to y = 0 (a power), that is most of
   * the error, and it is taken from g itself: g at heights one ulp of f(T) away. Everything else is
   * a rounding of a number of the size of g or of y·(1 − q).
   */
  static double bound(Case c, double g, double y, boolean right) {
    if (g == 0 || Double.isInfinite(y)) {
      return 0;
    }
    double ulp = StrictMath.ulp((float) c.set.activation().minimum());
    double shift =
        StrictMath.max(
            StrictMath.abs(derivative(c, y, right, -ulp) - g),
            StrictMath.abs(derivative(c, y, right, ulp) - g));
    return shift + ROUNDINGS_OF_G * 0x1p-24 * (1 + StrictMath.abs(y));
  }

  /** One element by itself. */
  record Element(float y, boolean right) {
    static Element forward(InvertedActivation activation, Dtype dtype, float x) {
      MemorySegment y = segment(dtype, x);
      MemorySegment indicator = indicator(1);
      activation.forward(dtype, y, y, indicator);
      return new Element(GuardedBuffer.get(dtype, y, 0), bit(indicator, 0));
    }

    static float backward(
        InvertedActivation activation, Dtype dtype, float dy, float y, boolean right) {
      return BackendContract.backward(activation, dtype, new float[] {dy}, new float[] {y}, right)[
          0];
    }
  }

  static float[] backward(
      InvertedActivation activation, Dtype dtype, float[] dy, float[] y, boolean right) {
    MemorySegment dx = segment(dtype, dy);
    MemorySegment indicator = indicator(y.length);
    indicator.fill((byte) (right ? 0xFF : 0));
    activation.backward(dtype, dx, segment(dtype, y), indicator, dx);
    float[] result = new float[y.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = GuardedBuffer.get(dtype, dx, i);
    }
    return result;
  }

  static void requireElements(
      Case c, float[] expected, int length, GuardedBuffer buffer, String name) {
    for (int i = 0; i < length; i++) {
      requireSame(expected[i], buffer.get(c.dtype, i), name + " of element " + i);
    }
    buffer.requireGuards(name);
  }

  static void requireBits(boolean[] expected, int length, GuardedBuffer buffer) {
    for (int i = 0; i < buffer.segment().byteSize() * Byte.SIZE; i++) {
      boolean bit = i < length && expected[i];
      assertEquals(bit, bit(buffer.segment(), i), "bit " + i + " of " + length);
    }
    buffer.requireGuards("indicator");
  }

  // Inputs.

  /** Normal numbers of spread 3, one in ten replaced by one of odd size. */
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
      -1e-4f,
      (float) c.argmin(),
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN
    };
    return DtypeElements.random(c.dtype, odd, length, seed);
  }

  /** Evenly spread, then towards T, 0 and the ends of the dtype by halves. */
  static float[] sweep(Case c) {
    List<Double> x = new ArrayList<>();
    for (int i = -20 * 512; i <= 20 * 512; i++) {
      x.add(i / 512.0);
    }
    for (double k = -149; k <= 127; k += 0.125) {
      double size = StrictMath.pow(2, k);
      x.addAll(List.of(size, -size, c.argmin() + size, c.argmin() - size));
    }
    float[] rounded = new float[x.size()];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = c.rounded(x.get(i));
    }
    return finite(rounded);
  }

  /** 64 numbers of fp32 in every binade, of both signs. */
  static float[] everyMagnitude() {
    float[] values = new float[1 << 15];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(i << 17);
    }
    return values;
  }

  static float[] finite(float[] values) {
    int count = 0;
    float[] finite = new float[values.length];
    for (float value : values) {
      if (Float.isFinite(value)) {
        finite[count++] = value;
      }
    }
    return Arrays.copyOf(finite, count);
  }

  static float[] fill(float value, int length) {
    float[] values = new float[length];
    Arrays.fill(values, value);
    return values;
  }

  static short[] patterns(Dtype dtype, float[] values) {
    return segment(dtype, values).toArray(JAVA_SHORT_UNALIGNED);
  }

  static MemorySegment indicator(int elements) {
    return MemorySegment.ofArray(new byte[(int) InvertedActivation.indicatorBytes(elements)]);
  }

  static boolean bit(MemorySegment indicator, long i) {
    return (indicator.get(JAVA_BYTE, i / Byte.SIZE) >> (i % Byte.SIZE) & 1) != 0;
  }
}
