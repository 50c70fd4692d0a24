package invact.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import invact.activation.Activation;
import invact.activation.Activations;
import invact.math.FloatFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@link GatedUnit} promises of values and buffers, for every gate and format; {@link
 * GatedArgumentsTest} has what it refuses. A backend joins by a subclass that names it.
 */
abstract class GatedUnitContract {
  private static final int[] LENGTHS = {
    0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 999, 1000, 1001
  };
  private static final int LONGEST = LENGTHS[LENGTHS.length - 1];
  private static final List<FloatFormat> FORMATS =
      List.of(FloatFormat.FP32, FloatFormat.BF16, FloatFormat.FP16);

  /** GELU's and SiLU's, which have arithmetic of their own, and one that has none. */
  private static final List<Activation> GATES =
      List.of(Activations.GELU, Activations.SILU, Activations.GELU_TANH);

  /** Relative error of f, the worst of {@link FloatGeluGate} and {@link FloatSiluGate}. */
  private static final double VALUE_ERROR = 4.9 * 0x1p-23;

  /** Absolute error of f′, likewise. */
  private static final double DERIVATIVE_ERROR = 2.4e-7;

  /** One gate in one format. */
  record Case(Activation f, FloatFormat format) {
    float rounded(double value) {
      return (float) format.round(value);
    }

    boolean keepsProduct() {
      return GatedUnit.keepsProduct(format);
    }

    /** What b is multiplied by. */
    double factor(float a) {
      double value = f.value(a);
      return keepsProduct() && StrictMath.abs(value) < 0x1p-100
          ? StrictMath.copySign(0x1p-100, value)
          : value;
    }

    double ulp(double value) {
      int least = format == FloatFormat.FP16 ? -14 : Float.MIN_EXPONENT;
      int exponent = StrictMath.max(StrictMath.getExponent(value), least);
      return StrictMath.scalb(1.0, exponent - (format.precision() - 1));
    }

    @Override
    public String toString() {
      return f.name() + " " + format.label();
    }
  }

  private final Backend backend;

  GatedUnitContract(String backendName) {
    backend = Backends.of(backendName);
  }

  static Stream<Case> cases() {
    return GATES.stream().flatMap(f -> FORMATS.stream().map(format -> new Case(f, format)));
  }

  static Stream<Case> halfCases() {
    return cases().filter(c -> c.format.isHalf());
  }

  @Test
  void gateIsTheOneAskedFor() {
    for (Activation f : GATES) {
      assertSame(f, backend.gatedUnit(f).activation());
    }
  }

  @Test
  void onlyFp16KeepsTheFactor() {
    assertTrue(GatedUnit.keepsProduct(FloatFormat.FP32));
    assertTrue(GatedUnit.keepsProduct(FloatFormat.BF16));
    assertTrue(!GatedUnit.keepsProduct(FloatFormat.FP16));
  }

  // Wherever the buffers lie and however long they are.

  /** Each element as the scalar backend gives it alone, bit for bit, and not a byte beside. */
  @ParameterizedTest
  @MethodSource("cases")
  void lengthsPlacesAndAliases(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f);
    Expected expected = Expected.of(c);
    for (int length : LENGTHS) {
      for (GuardedBuffer.Place place : GuardedBuffer.Place.values()) {
        for (int alias = 0; alias < 3; alias++) {
          forward(unit, c, expected, length, place, alias);
        }
        for (int da = 0; da < 4; da++) {
          for (int db = 0; db < 4; db++) {
            if (da != db || da == 0) {
              backward(unit, c, expected, length, place, da, db);
            }
          }
        }
      }
    }
  }

  private record Expected(
      float[] dp, float[] a, float[] b, float[] p, float[] kept, float[] da, float[] db) {
    static Expected of(Case c) {
      GatedUnit scalar = Backends.of("scalar").gatedUnit(c.f);
      float[] dp = randomInputs(c, LONGEST, 1);
      float[] a = randomInputs(c, LONGEST, 2);
      float[] b = randomInputs(c, LONGEST, 3);
      float[] p = new float[LONGEST];
      float[] kept = c.keepsProduct() ? p : b;
      float[] da = new float[LONGEST];
      float[] db = new float[LONGEST];
      for (int i = 0; i < LONGEST; i++) {
        p[i] = GatedUnitContract.forward(scalar, c, a[i], b[i]);
        Gradients gradients = Gradients.of(scalar, c, dp[i], a[i], kept[i]);
        da[i] = gradients.da;
        db[i] = gradients.db;
      }
      return new Expected(dp, a, b, p, kept, da, db);
    }
  }

  private static void forward(
      GatedUnit unit, Case c, Expected e, int length, GuardedBuffer.Place place, int alias) {
    try (Arena arena = Arena.ofConfined()) {
      GuardedBuffer a = buffer(arena, place, c, length, e.a);
      GuardedBuffer b = buffer(arena, place, c, length, e.b);
      GuardedBuffer p = List.of(buffer(arena, place, c, length, null), a, b).get(alias);
      unit.forward(c.format, a.segment(), b.segment(), p.segment());
      requireElements(c, e.a, a, p, "a");
      requireElements(c, e.b, b, p, "b");
      requireElements(c, e.p, p, null, "p");
    }
  }

  private static void backward(
      GatedUnit unit, Case c, Expected e, int length, GuardedBuffer.Place place, int i, int j) {
    try (Arena arena = Arena.ofConfined()) {
      GuardedBuffer dp = buffer(arena, place, c, length, e.dp);
      GuardedBuffer a = buffer(arena, place, c, length, e.a);
      GuardedBuffer kept = buffer(arena, place, c, length, e.kept);
      GuardedBuffer da = List.of(buffer(arena, place, c, length, null), dp, a, kept).get(i);
      GuardedBuffer db = List.of(buffer(arena, place, c, length, null), dp, a, kept).get(j);
      unit.backward(
          c.format, dp.segment(), a.segment(), kept.segment(), da.segment(), db.segment());
      for (GuardedBuffer output : List.of(da, db)) {
        requireElements(c, output == da ? e.da : e.db, output, null, output == da ? "da" : "db");
      }
      List<GuardedBuffer> outputs = List.of(da, db);
      requireInput(c, e.dp, dp, outputs, "dp");
      requireInput(c, e.a, a, outputs, "a");
      requireInput(c, e.kept, kept, outputs, "kept");
    }
  }

  private static void requireInput(
      Case c, float[] values, GuardedBuffer input, List<GuardedBuffer> outputs, String name) {
    if (!outputs.contains(input)) {
      requireElements(c, values, input, null, name);
    }
  }

  private static GuardedBuffer buffer(
      Arena arena, GuardedBuffer.Place place, Case c, int length, float[] values) {
    int poison = length % 2 == 0 ? 0xFF : 0x5A;
    GuardedBuffer buffer =
        new GuardedBuffer(arena, place, (long) length * c.format.bytes(), poison);
    if (values != null) {
      buffer.set(c.format, values);
    }
    return buffer;
  }

  /** Unless it is the output that stands in its place. */
  private static void requireElements(
      Case c, float[] expected, GuardedBuffer buffer, GuardedBuffer output, String name) {
    if (buffer != output) {
      for (int i = 0; i < buffer.segment().byteSize() / c.format.bytes(); i++) {
        requireSame(expected[i], buffer.get(c.format, i), name + " of element " + i);
      }
      buffer.requireGuards(name);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void arraysAreAsSegments(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f);
    Expected e = Expected.of(c);
    if (c.format == FloatFormat.FP32) {
      float[] p = new float[LONGEST];
      float[] da = new float[LONGEST];
      float[] db = new float[LONGEST];
      unit.forward(e.a, e.b, p);
      unit.backward(e.dp, e.a, p, da, db);
      for (int i = 0; i < LONGEST; i++) {
        requireSame(e.p[i], p[i], "p");
        requireSame(e.da[i], da[i], "da");
        requireSame(e.db[i], db[i], "db");
      }
    } else {
      short[] p = patterns(c, e.b);
      short[] a = patterns(c, e.a);
      short[] dp = patterns(c, e.dp);
      short[] kept = c.keepsProduct() ? p : p.clone();
      unit.forward(c.format, a, p, p);
      short[] products = p.clone();
      unit.backward(c.format, dp, a, kept, a, dp);
      for (int i = 0; i < LONGEST; i++) {
        requireSame(e.p[i], c.format.decode(products[i]), "p");
        requireSame(e.da[i], c.format.decode(a[i]), "da");
        requireSame(e.db[i], c.format.decode(dp[i]), "db");
      }
    }
  }

  // Values.

  @ParameterizedTest
  @MethodSource("cases")
  void specialValues(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f);
    float infinity = Float.POSITIVE_INFINITY;
    float least = c.keepsProduct() ? 0x1p-100f : 0.0f;
    for (float zero : new float[] {0.0f, -0.0f}) {
      float factor = StrictMath.copySign(least, zero);
      requireSame(c.rounded(3.0f * factor), forward(unit, c, zero, 3.0f), "p at ±0");
      Gradients atZero = Gradients.of(unit, c, 2.0f, zero, kept(unit, c, zero, 3.0f));
      requireSame(3.0f, atZero.da, "da at ±0, 2·3·f′(0)");
      requireSame(2.0f * factor, atZero.db, "db at ±0");
    }
    requireSame(3.0f * -least, forward(unit, c, -infinity, 3.0f), "p at −∞");
    Gradients low = Gradients.of(unit, c, 2.0f, -infinity, kept(unit, c, -infinity, 3.0f));
    assertEquals(0.0, low.da, 0.0, "da at −∞");
    requireSame(2.0f * -least, low.db, "db at −∞");
    requireSame(infinity, forward(unit, c, infinity, 3.0f), "p at +∞");
    Gradients high = Gradients.of(unit, c, 2.0f, infinity, kept(unit, c, infinity, 3.0f));
    requireSame(c.keepsProduct() ? Float.NaN : 6.0f, high.da, "da at +∞");
    requireSame(infinity, high.db, "db at +∞");
    float nan = Float.NaN;
    requireSame(nan, forward(unit, c, nan, 1.0f), "p of a = NaN");
    requireSame(nan, forward(unit, c, 1.0f, nan), "p of b = NaN");
    requireSame(nan, Gradients.of(unit, c, nan, 1.0f, 1.0f).da, "da of dp = NaN");
    requireSame(nan, Gradients.of(unit, c, nan, 1.0f, 1.0f).db, "db of dp = NaN");
    requireSame(nan, Gradients.of(unit, c, 1.0f, nan, 1.0f).da, "da of a = NaN");
    requireSame(nan, Gradients.of(unit, c, 1.0f, nan, 1.0f).db, "db of a = NaN");
    requireSame(nan, Gradients.of(unit, c, 1.0f, 1.0f, nan).da, "da of p = NaN");
  }

  private static float kept(GatedUnit unit, Case c, float a, float b) {
    return c.keepsProduct() ? forward(unit, c, a, b) : b;
  }

  /** Every a of 16 bits, or a sweep over those of 32, with factors and gradients of any size. */
  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithDoublePrecision(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f);
    float[] a = c.format.isHalf() ? all(c.format) : everyMagnitude();
    Random random = new Random(7);
    float[] b = new float[a.length];
    float[] dp = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      b[i] = c.rounded(random.nextGaussian() * StrictMath.scalb(1.0, random.nextInt(-10, 11)));
      dp[i] = c.rounded(random.nextGaussian() * StrictMath.scalb(1.0, random.nextInt(-10, 11)));
    }
    MemorySegment p = segment(c, new float[a.length]);
    unit.forward(c.format, segment(c, a), segment(c, b), p);
    MemorySegment da = segment(c, dp);
    MemorySegment db = c.keepsProduct() ? p.asSlice(0) : segment(c, b);
    float[] products = values(c, p);
    unit.backward(c.format, da, segment(c, a), db, da, db);
    for (int i = 0; i < a.length; i++) {
      if (!Float.isFinite(a[i])) {
        continue;
      }
      String at = " of a " + a[i] + ", b " + b[i] + ", dp " + dp[i];
      double factor = c.factor(a[i]);
      requireNear(c, factor * b[i], VALUE_ERROR, 0, products[i], "p" + at);
      requireNear(c, dp[i] * factor, VALUE_ERROR, 0, GuardedBuffer.get(c.format, db, i), "db" + at);
      double recovered = c.keepsProduct() ? products[i] / factor : b[i];
      if (Float.isFinite(products[i]) || !c.keepsProduct()) {
        double scale = dp[i] * recovered;
        double exact = scale * c.f.derivative(a[i]);
        double own = DERIVATIVE_ERROR * StrictMath.abs(scale);
        float found = GuardedBuffer.get(c.format, da, i);
        requireNear(c, exact, VALUE_ERROR + 0x1p-22, own, found, "da" + at);
      }
    }
  }

  /** One rounding to the format, beside the errors of what is rounded. */
  private static void requireNear(
      Case c, double exact, double relative, double absolute, float found, String what) {
    double error = relative * StrictMath.abs(exact) + absolute;
    double bound = error + 0.501 * c.ulp(StrictMath.abs(exact) + error);
    if (StrictMath.abs(exact) + bound < c.format.maxValue()) {
      assertEquals(exact, found, bound, what);
    }
  }

  /** b is not lost whatever a is, but for the rounding of p. */
  @ParameterizedTest
  @MethodSource("cases")
  void factorComesBackForEveryGate(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f);
    float[] a = c.format.isHalf() ? all(c.format) : everyMagnitude();
    float[] b = new float[a.length];
    float[] ones = new float[a.length];
    Random random = new Random(11);
    for (int i = 0; i < a.length; i++) {
      b[i] = c.rounded(random.nextGaussian());
      ones[i] = 1.0f;
    }
    MemorySegment p = segment(c, b);
    unit.forward(c.format, segment(c, a), p, p);
    MemorySegment da = segment(c, ones);
    MemorySegment kept = c.keepsProduct() ? p : segment(c, b);
    unit.backward(c.format, da, segment(c, a), kept, da, segment(c, ones));
    for (int i = 0; i < a.length; i++) {
      boolean held = !c.keepsProduct() || StrictMath.abs(c.factor(a[i]) * b[i]) < 0x1p127;
      if (Float.isFinite(a[i]) && held && StrictMath.abs(b[i]) > 0x1p-20) {
        double exact = b[i] * c.f.derivative(a[i]);
        double rounding = StrictMath.scalb(1.01, -c.format.precision());
        double own = DERIVATIVE_ERROR * StrictMath.abs(b[i]);
        float found = GuardedBuffer.get(c.format, da, i);
        requireNear(c, exact, rounding + 0x1p-22, own, found, "da of a " + a[i] + ", b " + b[i]);
      }
    }
  }

  /** What {@link GatedUnit} says of da and db, the largest of the gates; measured, rounded up. */
  private static final Map<FloatFormat, double[]> RMS_ERRORS =
      Map.of(
          FloatFormat.FP32, new double[] {7.3e-8, 5.3e-8},
          FloatFormat.BF16, new double[] {2.36e-3, 1.67e-3},
          FloatFormat.FP16, new double[] {2.1e-4, 2.1e-4});

  @ParameterizedTest
  @MethodSource("cases")
  void relativeErrorsOfGradients(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f);
    int n = 1 << 16;
    Random random = new Random(5);
    float[] a = new float[n];
    float[] b = new float[n];
    float[] dp = new float[n];
    for (int i = 0; i < n; i++) {
      a[i] = c.rounded(random.nextGaussian());
      b[i] = c.rounded(random.nextGaussian());
      dp[i] = c.rounded(random.nextGaussian());
    }
    MemorySegment p = segment(c, b);
    unit.forward(c.format, segment(c, a), p, p);
    MemorySegment da = segment(c, dp);
    MemorySegment db = c.keepsProduct() ? p : segment(c, b);
    unit.backward(c.format, da, segment(c, a), db, da, db);
    double[] squares = new double[4];
    for (int i = 0; i < n; i++) {
      double exactA = (double) dp[i] * b[i] * c.f.derivative(a[i]);
      double exactB = dp[i] * c.f.value(a[i]);
      double errorA = GuardedBuffer.get(c.format, da, i) - exactA;
      double errorB = GuardedBuffer.get(c.format, db, i) - exactB;
      squares[0] += errorA * errorA;
      squares[1] += exactA * exactA;
      squares[2] += errorB * errorB;
      squares[3] += exactB * exactB;
    }
    double errorOfA = StrictMath.sqrt(squares[0] / squares[1]);
    double errorOfB = StrictMath.sqrt(squares[2] / squares[3]);
    double[] bounds = RMS_ERRORS.get(c.format);
    assertTrue(errorOfA <= bounds[0] && errorOfB <= bounds[1], errorOfA + " and " + errorOfB);
  }

  // Resources.

  /** As many rounds as a busy compiler may take, some seconds. */
  private static final int ROUNDS = 300;

  /** Below one byte a call: the allocation of a call would be 16 at least. */
  @ParameterizedTest
  @MethodSource("cases")
  void callsAllocateNothing(Case c) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocations");
    GatedUnit unit = backend.gatedUnit(c.f);
    int calls = 10_000;
    try (Arena arena = Arena.ofConfined()) {
      for (GuardedBuffer.Place place : GuardedBuffer.Place.values()) {
        MemorySegment a = buffer(arena, place, c, 48, null).segment();
        MemorySegment b = buffer(arena, place, c, 48, null).segment();
        MemorySegment p = buffer(arena, place, c, 48, null).segment();
        long limit = calls;
        long allocated = Long.MAX_VALUE;
        // The first rounds are interpreted: the compiler has others' work to do as well, and
        // compiles a loop anew, up to four times, when the arenas are of another kind.
        for (int round = 0; round < ROUNDS && allocated >= limit; round++) {
          long before = threads.getCurrentThreadAllocatedBytes();
          for (int call = 0; call < calls; call++) {
            unit.forward(c.format, a, b, p);
            unit.forward(c.format, a, p, p);
            unit.backward(c.format, b, a, p, b, p);
          }
          allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertTrue(allocated < limit, place + ": " + allocated + " bytes in " + calls + " calls");
      }
    }
  }

  /**
   * Elements beyond 2³¹: takes 9 GB and minutes, {@code
   * JAVA_TOOL_OPTIONS=-XX:MaxDirectMemorySize=10g mvn test -Dinvact.large=true
   * -Dtest=ScalarGatedUnitTest}.
   */
  @Test
  void moreElementsThanAnIntCounts() {
    assumeTrue(Boolean.getBoolean("invact.large"), "asked for with -Dinvact.large=true");
    Case c = new Case(Activations.SILU, FloatFormat.BF16);
    GatedUnit unit = backend.gatedUnit(c.f);
    long elements = (1L << 31) + 9;
    try (Arena arena = Arena.ofConfined()) {
      // Inputs may overlap, so that a stands for b and dp as well.
      MemorySegment a = arena.allocate(elements * c.format.bytes());
      MemorySegment p = arena.allocate(elements * c.format.bytes());
      a.fill((byte) 0x3F);
      long[] places = {0, (1L << 30) + 1, (1L << 31) - 1, 1L << 31, elements - 1};
      float[] x = {-2.0f, 3.0f, -1.0f, 0.5f, -0.25f};
      for (int k = 0; k < places.length; k++) {
        GuardedBuffer.set(c.format, a, places[k], x[k]);
      }
      unit.forward(c.format, a, a, p);
      float[] products = new float[x.length];
      for (int k = 0; k < places.length; k++) {
        products[k] = forward(unit, c, x[k], x[k]);
        requireSame(products[k], GuardedBuffer.get(c.format, p, places[k]), "p");
      }
      unit.backward(c.format, a, a, p, a, p);
      for (int k = 0; k < places.length; k++) {
        Gradients expected = Gradients.of(unit, c, x[k], x[k], products[k]);
        requireSame(expected.da, GuardedBuffer.get(c.format, a, places[k]), "da");
        requireSame(expected.db, GuardedBuffer.get(c.format, p, places[k]), "db");
      }
    }
  }

  // One element by itself.

  private static float forward(GatedUnit unit, Case c, float a, float b) {
    MemorySegment p = segment(c, b);
    unit.forward(c.format, segment(c, a), p, p);
    return GuardedBuffer.get(c.format, p, 0);
  }

  private record Gradients(float da, float db) {
    static Gradients of(GatedUnit unit, Case c, float dp, float a, float kept) {
      MemorySegment da = segment(c, dp);
      MemorySegment db = segment(c, kept);
      unit.backward(c.format, da, segment(c, a), db, da, db);
      return new Gradients(GuardedBuffer.get(c.format, da, 0), GuardedBuffer.get(c.format, db, 0));
    }
  }

  /** Bit for bit, but that all NaNs are one. */
  private static void requireSame(float expected, float found, String what) {
    assertEquals(
        Float.floatToIntBits(expected),
        Float.floatToIntBits(found),
        () -> what + " is " + found + ", not " + expected);
  }

  // Inputs.

  /** Normal numbers of spread 3, one in ten replaced by one of odd size. */
  private static float[] randomInputs(Case c, int length, long seed) {
    float max = (float) c.format.maxValue();
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
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] =
          c.rounded(
              random.nextInt(10) == 0
                  ? odd[random.nextInt(odd.length)]
                  : 3 * random.nextGaussian());
    }
    return x;
  }

  /** 64 numbers of fp32 in every binade, of both signs, and 2¹⁵ more for every |a| below 16. */
  private static float[] everyMagnitude() {
    float[] values = new float[1 << 16];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          i % 2 == 0 ? Float.intBitsToFloat(i << 16) : (i - (1 << 15)) * (16.0f / (1 << 15));
    }
    return values;
  }

  private static float[] all(FloatFormat format) {
    float[] values = new float[1 << Short.SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = format.decode((short) i);
    }
    return values;
  }

  private static MemorySegment segment(Case c, float... values) {
    MemorySegment segment = MemorySegment.ofArray(new byte[values.length * c.format.bytes()]);
    for (int i = 0; i < values.length; i++) {
      GuardedBuffer.set(c.format, segment, i, values[i]);
    }
    return segment;
  }

  private static float[] values(Case c, MemorySegment segment) {
    float[] values = new float[(int) (segment.byteSize() / c.format.bytes())];
    for (int i = 0; i < values.length; i++) {
      values[i] = GuardedBuffer.get(c.format, segment, i);
    }
    return values;
  }

  private static short[] patterns(Case c, float[] values) {
    short[] patterns = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      patterns[i] = c.format.encode(values[i]);
    }
    return patterns;
  }
}
