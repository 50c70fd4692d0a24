package invact.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.approx.Form;
import invact.approx.PaperGeluLeft;
import invact.approx.PaperRight;
import invact.approx.RootExponential;
import invact.approx.RootRational;
import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link DeviceActivation} and {@link DeviceGatedUnit} promise, on the first GPU. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceContractTest {
  private static final List<FloatFormat> FORMATS =
      List.of(FloatFormat.FP32, FloatFormat.BF16, FloatFormat.FP16);
  private static final int[] LENGTHS = {0, 1, 2, 7, 8, 9, 15, 16, 17, 255, 2047, 2048, 2049, 5003};
  private static final int LONGEST = LENGTHS[LENGTHS.length - 1];

  /** What CUDA's exp and pow change in g, and approximate roots; 1.4e-7 was found in fp32. */
  private static final double TRANSCENDENTAL = 4e-7;

  /** Beside the rounding to 16 bits, relative; {@link DeviceActivation}. */
  private static final double HALF_RELATIVE = 3e-5;

  /** One coefficient set in one format. */
  record Case(CoefficientSet set, FloatFormat format) {
    boolean isExact() {
      return Stream.of(set.left(), set.right())
          .map(piece -> piece.approximant().approximant().form())
          .noneMatch(form -> isTranscendental(form) || format.isHalf() && isRational(form));
    }

    private static boolean isTranscendental(Form form) {
      return form instanceof PaperGeluLeft
          || form instanceof PaperRight
          || form instanceof RootExponential;
    }

    private static boolean isRational(Form form) {
      return form instanceof RootRational;
    }

    @Override
    public String toString() {
      return set.name() + " " + format.label();
    }
  }

  /** One gated unit in one format. */
  record Gate(Activation activation, FloatFormat format) {
    @Override
    public String toString() {
      return activation.name() + " " + format.label();
    }
  }

  private Gpu gpu;
  private double largestChange;

  @BeforeAll
  void open() {
    gpu = new Gpu();
  }

  @AfterAll
  void close() {
    if (gpu != null) {
      System.out.printf("exp and pow change g by at most %.2g%n", largestChange);
      gpu.close();
    }
  }

  static Stream<Case> cases() {
    return DeviceSets.all().stream()
        .flatMap(set -> FORMATS.stream().map(format -> new Case(set, format)));
  }

  static Stream<Gate> gates() {
    return Activations.paper().stream()
        .flatMap(f -> FORMATS.stream().map(format -> new Gate(f, format)));
  }

  static Stream<Gate> halfGates() {
    return gates().filter(gate -> gate.format.isHalf());
  }

  // Wherever the buffers lie and however long they are.

  @ParameterizedTest
  @MethodSource("cases")
  void lengthsPlacesAndAliases(Case c) {
    DeviceActivation activation = gpu.kernels.activation(c.set);
    float[] x = inputs(c.format, LONGEST, 1);
    float[] dy = inputs(c.format, LONGEST, 2);
    for (int length : LENGTHS) {
      for (int offset : new int[] {0, 2, 4, 8, 16}) {
        for (int poison : new int[] {0xFF, 0x5A}) {
          roundTrip(activation, c, x, dy, length, offset, poison, false);
          roundTrip(activation, c, x, dy, length, offset, poison, true);
        }
      }
    }
  }

  private void roundTrip(
      DeviceActivation activation,
      Case c,
      float[] x,
      float[] dy,
      int length,
      int offset,
      int poison,
      boolean inPlace) {
    long bytes = (long) length * c.format.bytes();
    long indicatorBytes = InvertedActivation.indicatorBytes(length);
    // Offsets that differ, so that one misaligned buffer alone leaves the fast path.
    try (GuardedDeviceBuffer first = new GuardedDeviceBuffer(gpu, 0, bytes, poison);
        GuardedDeviceBuffer second = new GuardedDeviceBuffer(gpu, offset, bytes, poison);
        GuardedDeviceBuffer bits =
            new GuardedDeviceBuffer(gpu, offset + 1, indicatorBytes, poison);
        GuardedDeviceBuffer gradient = new GuardedDeviceBuffer(gpu, offset, bytes, poison);
        GuardedDeviceBuffer result = new GuardedDeviceBuffer(gpu, 0, bytes, poison)) {
      first.set(c.format, x);
      GuardedDeviceBuffer y = inPlace ? first : second;
      activation.forward(gpu.stream, c.format, first.memory(), y.memory(), bits.memory());
      float[] outputs = y.get(c.format, "y");
      byte[] indicator = bits.getBytes("indicator");
      byte[] expectedBits = new byte[(int) indicatorBytes];
      for (int i = 0; i < length; i++) {
        requireOutput(c.set.activation(), c.format, x[i], outputs[i]);
        if (x[i] >= c.set.activation().argmin()) {
          expectedBits[i / 8] |= (byte) (1 << i % 8);
        }
      }
      assertArrayEquals(expectedBits, indicator, "indicator");
      if (!inPlace) {
        requireSame(x, first.get(c.format, "x"), "x");
      }

      gradient.set(c.format, dy);
      GuardedDeviceBuffer dx = inPlace ? gradient : result;
      activation.backward(
          gpu.stream, c.format, gradient.memory(), y.memory(), bits.memory(), dx.memory());
      requireGradients(c, dy, outputs, indicator, dx.get(c.format, "dx"));
      requireSame(outputs, y.get(c.format, "y"), "y");
      assertArrayEquals(indicator, bits.getBytes("indicator"), "indicator");
      if (!inPlace) {
        requireSame(dy, gradient.get(c.format, "dy"), "dy");
      }
    }
  }

  // Values.

  /** NaN, infinities, zeros, y below f(T), the ends of the format, with either bit. */
  @ParameterizedTest
  @MethodSource("cases")
  void specialGradients(Case c) {
    float minimum = (float) c.set.activation().minimum();
    float max = (float) c.format.maxValue();
    float infinity = Float.POSITIVE_INFINITY;
    float[] special = {
      Float.NaN,
      infinity,
      -infinity,
      0f,
      -0f,
      max,
      -max,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      minimum,
      1.25f * minimum,
      2 * minimum,
      -100f,
      0.5f * minimum,
      1f,
      100f
    };
    float[] y = new float[special.length * special.length];
    float[] dy = new float[y.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) c.format.round(special[i / special.length]);
      dy[i] = (float) c.format.round(special[i % special.length]);
    }
    DeviceActivation activation = gpu.kernels.activation(c.set);
    for (int bits : new int[] {0, 0xFF, 0x5A}) {
      for (int offset : new int[] {0, 2}) {
        requireGradients(c, dy, y, bits, offset, activation);
      }
    }
  }

  /** Every y of 16 bits that there is, in fp32 four times as many, with either bit. */
  @ParameterizedTest
  @MethodSource("cases")
  void everyOutput(Case c) {
    float[] y = everyInput(c.format, 16381);
    float[] dy = new float[y.length];
    for (int i = 0; i < dy.length; i++) {
      dy[i] = (float) c.format.round(1 + (i % 7) / 8.0);
    }
    DeviceActivation activation = gpu.kernels.activation(c.set);
    for (int bits : new int[] {0, 0xFF}) {
      for (int offset : new int[] {0, 2}) {
        requireGradients(c, dy, y, bits, offset, activation);
      }
    }
  }

  private void requireGradients(
      Case c, float[] dy, float[] y, int bits, int offset, DeviceActivation activation) {
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(y.length)];
    Arrays.fill(indicator, (byte) bits);
    long bytes = (long) y.length * c.format.bytes();
    try (GuardedDeviceBuffer outputs = new GuardedDeviceBuffer(gpu, 0, bytes, 0x5A);
        GuardedDeviceBuffer gradient = new GuardedDeviceBuffer(gpu, offset, bytes, 0x5A);
        GuardedDeviceBuffer mask = new GuardedDeviceBuffer(gpu, 0, indicator.length, 0x5A)) {
      outputs.set(c.format, y);
      gradient.set(c.format, dy);
      mask.setBytes(indicator);
      activation.backward(
          gpu.stream,
          c.format,
          gradient.memory(),
          outputs.memory(),
          mask.memory(),
          gradient.memory());
      requireGradients(c, dy, y, indicator, gradient.get(c.format, "dx"));
    }
  }

  /** As the scalar implementation: bit for bit, or by what exp and pow may differ. */
  private void requireGradients(Case c, float[] dy, float[] y, byte[] indicator, float[] found) {
    float[] expected = scalar(c, Arrays.copyOf(dy, y.length), y, indicator);
    for (int i = 0; i < expected.length; i++) {
      if (c.isExact() || !Float.isFinite(expected[i])) {
        requireSame(expected[i], found[i], "dx for dy " + dy[i] + " y " + y[i]);
      } else {
        double scale = Math.abs((double) dy[i]) * (1 + Math.min(Math.abs(y[i]), 1e3));
        double bound =
            TRANSCENDENTAL * scale + (c.format.isHalf() ? ulp(c.format, expected[i]) : 0);
        if (!c.format.isHalf() && scale > 0) {
          largestChange = Math.max(largestChange, Math.abs(expected[i] - found[i]) / scale);
        }
        assertEquals(expected[i], found[i], bound, "dx for dy " + dy[i] + " y " + y[i]);
      }
    }
  }

  private static float[] scalar(Case c, float[] dy, float[] y, byte[] indicator) {
    MemorySegment dx = segment(c.format, dy);
    Backends.of("scalar")
        .open(c.set)
        .backward(c.format, dx, segment(c.format, y), MemorySegment.ofArray(indicator), dx);
    float[] result = new float[dy.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = value(c.format, dx, i);
    }
    return result;
  }

  /** Every input of 16 bits, and four million of fp32. */
  @ParameterizedTest
  @MethodSource("gates")
  void everyInput(Gate gate) {
    float[] x = everyInput(gate.format, 1021);
    DeviceActivation activation = gpu.kernels.activation(setOf(gate.activation));
    double maxUlp = 0;
    float maxUlpAt = Float.NaN;
    int misrounded = 0;
    long bytes = (long) x.length * gate.format.bytes();
    try (GuardedDeviceBuffer inputs = new GuardedDeviceBuffer(gpu, 0, bytes, 0x5A);
        GuardedDeviceBuffer bits =
            new GuardedDeviceBuffer(gpu, 0, InvertedActivation.indicatorBytes(x.length), 0x5A)) {
      inputs.set(gate.format, x);
      activation.forward(gpu.stream, gate.format, inputs.memory(), inputs.memory(), bits.memory());
      float[] y = inputs.get(gate.format, "y");
      byte[] indicator = bits.getBytes("indicator");
      for (int i = 0; i < x.length; i++) {
        requireOutput(gate.activation, gate.format, x[i], y[i]);
        assertEquals(
            x[i] >= gate.activation.argmin(), (indicator[i / 8] >> i % 8 & 1) != 0, "S of " + x[i]);
        if (Float.isFinite(x[i])) {
          double exact = gate.activation.value(x[i]);
          double error = Math.abs(y[i] - exact) / ulp(gate.format, exact);
          if (error > maxUlp) {
            maxUlp = error;
            maxUlpAt = x[i];
          }
          misrounded += y[i] == (float) gate.format.round(exact) ? 0 : 1;
        }
      }
    }
    System.out.printf(
        "forward %s: at most %.3f ulp, at x = %s; %d of %d not correctly rounded%n",
        gate, maxUlp, maxUlpAt, misrounded, x.length);
  }

  private static CoefficientSet setOf(Activation activation) {
    return DeviceSets.fast().stream()
        .filter(set -> set.activation().equals(activation))
        .findFirst()
        .orElseThrow();
  }

  private static void requireOutput(Activation f, FloatFormat format, float x, float y) {
    double exact = f.value(x);
    if (!Float.isFinite(x) || exact == 0) {
      requireSame((float) exact, y, "y of " + x);
    } else {
      double bound =
          format == FloatFormat.FP32
              ? DeviceActivation.FORWARD_MAX_ULP * ulp(format, exact)
              : 0.5 * ulp(format, exact) + HALF_RELATIVE * Math.abs(exact) + Float.MIN_VALUE;
      assertTrue(Math.abs(y - exact) <= bound, () -> "y of " + x + " is " + y + " for " + exact);
      assertEquals(Math.signum(x), Math.copySign(1.0f, y), "sign of y of " + x);
    }
  }

  // Gated units.

  @ParameterizedTest
  @MethodSource("gates")
  void gatedUnits(Gate gate) {
    DeviceGatedUnit unit = gpu.kernels.gatedUnit(gate.activation);
    float[] a = finite(inputs(gate.format, LONGEST, 3));
    float[] b = finite(inputs(gate.format, LONGEST, 4));
    float[] dp = finite(inputs(gate.format, LONGEST, 5));
    for (int length : LENGTHS) {
      for (int offset : new int[] {0, 2, 8}) {
        for (int alias = 0; alias < 3; alias++) {
          gatedRoundTrip(unit, gate, a, b, dp, length, offset, alias);
        }
      }
    }
  }

  private void gatedRoundTrip(
      DeviceGatedUnit unit,
      Gate gate,
      float[] a,
      float[] b,
      float[] dp,
      int length,
      int offset,
      int alias) {
    FloatFormat format = gate.format;
    long bytes = (long) length * format.bytes();
    try (GuardedDeviceBuffer gates = new GuardedDeviceBuffer(gpu, 0, bytes, 0x5A);
        GuardedDeviceBuffer factors = new GuardedDeviceBuffer(gpu, offset, bytes, 0x5A);
        GuardedDeviceBuffer other = new GuardedDeviceBuffer(gpu, 0, bytes, 0xFF);
        GuardedDeviceBuffer gradient = new GuardedDeviceBuffer(gpu, offset, bytes, 0x5A);
        GuardedDeviceBuffer result = new GuardedDeviceBuffer(gpu, 0, bytes, 0xFF)) {
      gates.set(format, a);
      factors.set(format, b);
      GuardedDeviceBuffer products = alias == 0 ? other : factors;
      unit.forward(gpu.stream, format, gates.memory(), factors.memory(), products.memory());
      float[] p = products.get(format, "p");
      for (int i = 0; i < length; i++) {
        double exact = gate.activation.value(a[i]) * b[i];
        double bound = 0.5 * ulp(format, exact) + relative(format) * Math.abs(exact);
        // 2⁻¹⁰⁰ stands for less.
        bound += Math.abs(gate.activation.value(a[i])) < 0x1p-99 ? 0x1p-99 * Math.abs(b[i]) : 0;
        if (Math.abs(exact) + bound < format.maxValue()) {
          assertEquals(exact, p[i], bound, "p for a " + a[i] + " b " + b[i]);
        }
      }
      gradient.set(format, dp);
      GuardedDeviceBuffer kept =
          DeviceGatedUnit.keepsProduct(format) ? products : factors.set(format, b);
      GuardedDeviceBuffer da = alias == 2 ? gates : result;
      GuardedDeviceBuffer db = alias == 0 ? gradient : kept;
      unit.backward(
          gpu.stream,
          format,
          gradient.memory(),
          gates.memory(),
          kept.memory(),
          da.memory(),
          db.memory());
      float[] foundA = da.get(format, "da");
      float[] foundB = db.get(format, "db");
      for (int i = 0; i < length; i++) {
        double f = gate.activation.value(a[i]);
        double exactB = dp[i] * f;
        double boundB = ulp(format, exactB) + relative(format) * Math.abs(exactB);
        boundB += Math.abs(f) < 0x1p-99 ? 0x1p-99 * Math.abs(dp[i]) : 0;
        if (Math.abs(exactB) + boundB < format.maxValue()) {
          assertEquals(exactB, foundB[i], boundB, "db for a " + a[i] + " dp " + dp[i]);
        }
        double exactA = dp[i] * (double) b[i] * gate.activation.derivative(a[i]);
        // p carries b to half an ulp, if it neither overflows nor underflows; f′ is near 0 at T.
        double scale = Math.abs(dp[i] * (double) b[i]);
        double boundA =
            ulp(format, exactA)
                + Math.scalb(1.0, -format.precision()) * Math.abs(exactA)
                + 2 * relative(format) * scale;
        boolean recoverable =
            !DeviceGatedUnit.keepsProduct(format)
                || Math.abs(f * b[i]) > 0x1p-110
                    && Math.abs(f) > 0x1p-99
                    && Math.abs(f * b[i]) < 0.9 * format.maxValue();
        if (recoverable && scale < format.maxValue()) {
          assertEquals(exactA, foundA[i], boundA, "da for a " + a[i] + " b " + b[i]);
        }
        assertTrue(
            !Float.isNaN(foundA[i]) || !recoverable || scale >= Float.MAX_VALUE, "da is NaN");
      }
    }
  }

  /** Of f in fp32 as the kernels compute it, and a product or two. */
  private static double relative(FloatFormat format) {
    return format == FloatFormat.FP32 ? 0x1p-20 : HALF_RELATIVE;
  }

  // Sizes beyond an int, errors, owners.

  @Test
  void moreElementsThanAnIntCounts() {
    Case c = new Case(setOf(Activations.GELU), FloatFormat.BF16);
    DeviceActivation activation = gpu.kernels.activation(c.set);
    long elements = (1L << 31) + 9;
    try (DeviceBuffer y = DeviceBuffer.allocate(gpu.context, 2 * elements);
        DeviceBuffer dx = DeviceBuffer.allocate(gpu.context, 2 * elements);
        DeviceBuffer bits =
            DeviceBuffer.allocate(gpu.context, InvertedActivation.indicatorBytes(elements))) {
      y.fill(gpu.stream, (byte) 0xC0);
      dx.fill(gpu.stream, (byte) 0x3F);
      bits.fill(gpu.stream, (byte) 0xFF);
      activation.forward(gpu.stream, c.format, y.memory(), y.memory(), bits.memory());
      activation.backward(
          gpu.stream, c.format, dx.memory(), y.memory(), bits.memory(), dx.memory());
      float x = FloatFormat.BF16.decode((short) 0xC0C0);
      float dy = FloatFormat.BF16.decode((short) 0x3F3F);
      float output = (float) c.format.round(c.set.activation().value(x));
      float expected = scalar(c, new float[] {dy}, new float[] {output}, new byte[1])[0];
      for (long i : new long[] {0, (1L << 30) + 1, (1L << 31) - 1, 1L << 31, elements - 1}) {
        assertEquals(output, element(y, i), "y of element " + i);
        assertEquals(expected, element(dx, i), "dx of element " + i);
      }
    }
  }

  private float element(DeviceBuffer buffer, long i) {
    try (DeviceBuffer one = DeviceBuffer.allocate(gpu.context, 2)) {
      one.copyFrom(gpu.stream, buffer.memory().slice(2 * i, 2));
      short[] bits = new short[1];
      one.download(gpu.stream, MemorySegment.ofArray(bits));
      return FloatFormat.BF16.decode(bits[0]);
    }
  }

  @Test
  void wrongArgumentsAreNamed() {
    DeviceActivation activation = gpu.kernels.activation(setOf(Activations.GELU));
    FloatFormat format = FloatFormat.BF16;
    try (DeviceBuffer buffer = DeviceBuffer.allocate(gpu.context, 4096)) {
      DeviceMemory x = buffer.memory().slice(0, 32);
      DeviceMemory y = buffer.memory().slice(64, 32);
      DeviceMemory bits = buffer.memory().slice(128, 2);
      requireRefused(
          "y has 30 bytes, but takes 32",
          () -> activation.forward(gpu.stream, format, x, y.slice(0, 30), bits));
      requireRefused(
          "indicator has 1 bytes, but takes 2",
          () -> activation.forward(gpu.stream, format, x, y, bits.slice(0, 1)));
      requireRefused(
          "y overlaps x in part: they may be the same memory or must be apart",
          () -> activation.forward(gpu.stream, format, x, buffer.memory().slice(2, 32), bits));
      requireRefused(
          "indicator overlaps y",
          () -> activation.forward(gpu.stream, format, x, y, y.slice(0, 2)));
      requireRefused("dx overlaps y", () -> activation.backward(gpu.stream, format, x, y, bits, y));
      requireRefused(
          "format fp64 has no runtime, whose arithmetic is fp32: use fp32, bf16 or fp16",
          () -> activation.forward(gpu.stream, FloatFormat.FP64, x, y, bits));
      assertThrows(
          NullPointerException.class, () -> activation.forward(gpu.stream, format, null, y, bits));
      assertTrue(
          assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      activation.forward(
                          gpu.stream, format, x, buffer.memory().slice(65, 32), bits))
              .getMessage()
              .startsWith("y starts at the odd address 0x"));
    }
  }

  private static void requireRefused(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void whatIsClosedIsNotUsed() {
    DeviceBuffer buffer = DeviceBuffer.allocate(gpu.context, 16);
    buffer.close();
    buffer.close();
    assertThrows(IllegalStateException.class, buffer::memory);
    invact.runtime.cuda.Stream stream = invact.runtime.cuda.Stream.create(gpu.context);
    stream.close();
    assertThrows(IllegalStateException.class, stream::synchronize);
    DeviceActivation orphan;
    try (Kernels kernels = Kernels.load(gpu.context)) {
      orphan = kernels.activation(setOf(Activations.SILU));
    }
    try (DeviceBuffer x = DeviceBuffer.allocate(gpu.context, 16);
        DeviceBuffer bits = DeviceBuffer.allocate(gpu.context, 1)) {
      assertThrows(
          IllegalStateException.class,
          () ->
              orphan.forward(gpu.stream, FloatFormat.BF16, x.memory(), x.memory(), bits.memory()));
    }
  }

  @Test
  void failuresCarryCudasNameAndText() {
    CudaException e =
        assertThrows(
            CudaException.class, () -> DeviceBuffer.allocate(gpu.context, Long.MAX_VALUE / 2));
    assertEquals("cuMemAlloc_v2: CUDA_ERROR_OUT_OF_MEMORY (2): out of memory", e.getMessage());
    assertEquals(2, e.status());
  }

  /** The default stream, in the thread's own context, as a framework hands them over. */
  @Test
  void foreignContextAndStream() {
    Case c = new Case(setOf(Activations.SILU), FloatFormat.FP32);
    gpu.context.enter();
    try (Context current = Context.current();
        invact.runtime.cuda.Stream stream = invact.runtime.cuda.Stream.foreign(current, 0);
        Kernels kernels = Kernels.load(current);
        DeviceBuffer x = DeviceBuffer.allocate(current, 64);
        DeviceBuffer bits = DeviceBuffer.allocate(current, 2)) {
      float[] values = inputs(c.format, 16, 7);
      x.upload(stream, MemorySegment.ofArray(values));
      kernels
          .activation(c.set)
          .forward(
              stream,
              c.format,
              new DeviceMemory(x.memory().address(), 64),
              x.memory(),
              bits.memory());
      float[] y = new float[16];
      x.download(stream, MemorySegment.ofArray(y));
      for (int i = 0; i < y.length; i++) {
        requireOutput(c.set.activation(), c.format, values[i], y[i]);
      }
    } finally {
      gpu.context.leave();
    }
  }

  /** Some calls pass parameters through one kernel object: no call sees another's. */
  @Test
  void threadsShareAnActivation() {
    Case c = new Case(setOf(Activations.GELU), FloatFormat.BF16);
    DeviceActivation activation = gpu.kernels.activation(c.set);
    Stream.iterate(1, i -> i + 1)
        .limit(64)
        .parallel()
        .forEach(i -> {
          float[] x = inputs(c.format, 100 + i, i);
          long bytes = 2L * x.length;
          try (GuardedDeviceBuffer buffer = new GuardedDeviceBuffer(gpu, 0, bytes, i);
              GuardedDeviceBuffer bits =
                  new GuardedDeviceBuffer(gpu, 0, InvertedActivation.indicatorBytes(x.length), i)) {
            buffer.set(c.format, x);
            activation.forward(
                gpu.stream, c.format, buffer.memory(), buffer.memory(), bits.memory());
            float[] y = buffer.get(c.format, "y");
            for (int j = 0; j < x.length; j++) {
              requireOutput(c.set.activation(), c.format, x[j], y[j]);
            }
          }
        });
  }

  // Inputs.

  /** Normal numbers of spread 3, one in ten replaced by one of odd size. */
  private static float[] inputs(FloatFormat format, int length, long seed) {
    float max = (float) format.maxValue();
    float[] odd = {
      0f,
      -0f,
      max,
      -max,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      1e-4f,
      -1e-4f,
      -0.7517915f,
      -1.2784645f,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN
    };
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      double value =
          random.nextInt(10) == 0 ? odd[random.nextInt(odd.length)] : 3 * random.nextGaussian();
      x[i] = (float) format.round(value);
    }
    return x;
  }

  private static float[] finite(float[] values) {
    float[] finite = values.clone();
    for (int i = 0; i < finite.length; i++) {
      if (!Float.isFinite(finite[i])) {
        finite[i] = 1.5f;
      }
    }
    return finite;
  }

  /** All numbers of a 16-bit format, some of fp32. */
  private static float[] everyInput(FloatFormat format, int step) {
    if (format.isHalf()) {
      float[] values = new float[1 << 16];
      for (int i = 0; i < values.length; i++) {
        values[i] = format.decode((short) i);
      }
      return values;
    }
    float[] values = new float[(int) ((1L << 32) / step)];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat((int) ((long) step * i));
    }
    return values;
  }

  private static double ulp(FloatFormat format, double value) {
    int least = format == FloatFormat.FP16 ? -14 : Float.MIN_EXPONENT;
    int exponent = Math.max(Math.getExponent(value), least);
    return Math.scalb(1.0, exponent - (format.precision() - 1));
  }

  private static MemorySegment segment(FloatFormat format, float[] values) {
    MemorySegment segment =
        MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, format.bytes())]);
    for (int i = 0; i < values.length; i++) {
      if (format == FloatFormat.FP32) {
        segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, values[i]);
      } else {
        segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, format.encode(values[i]));
      }
    }
    return segment;
  }

  private static float value(FloatFormat format, MemorySegment segment, long i) {
    return format == FloatFormat.FP32
        ? segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i)
        : format.decode(segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i));
  }

  private static void requireSame(float[] expected, float[] found, String what) {
    for (int i = 0; i < found.length; i++) {
      requireSame(expected[i], found[i], what + " of element " + i);
    }
  }

  private static void requireSame(float expected, float found, String what) {
    assertEquals(
        Float.floatToIntBits(expected),
        Float.floatToIntBits(found),
        () -> what + " is " + found + ", not " + expected);
  }
}
