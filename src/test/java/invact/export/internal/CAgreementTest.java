package invact.export.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.ShippedSets;
import invact.export.Export;
import invact.numeric.Dtype;
import invact.runtime.internal.ScalarActivation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The C header, compiled, gives the scalar runtime's results bit for bit. NaNs of y and dx count as
 * equal whatever their payload; conversions between formats must give the same payload too.
 */
class CAgreementTest {
  private static final Path DRIVER =
      Path.of(System.getProperty("invact.basedir", "."), "src/test/resources/c/driver.c");

  private static final List<Dtype> HALVES = List.of(Dtype.BF16, Dtype.FP16);

  /** Distance of the fp32 bit patterns that are tried; odd, so that the low bits vary. */
  private static final int STRIDE = 1025;

  /** How many of them are tried: one in 1024 of all patterns. */
  private static final int PATTERNS = 1 << 22;

  private static final int BATCH = 1 << 20;

  /** Incoming gradients. Their number is odd, so that each is paired with every 16-bit y. */
  private static final float[] DY = {
    1.0f,
    -1.0f,
    0.1f,
    -0.0f,
    Float.POSITIVE_INFINITY,
    3.0e38f,
    1.0e-40f,
    -Float.MIN_VALUE,
    Float.NaN,
    -2.5f,
    65504.0f
  };

  @TempDir private Path folder;

  /** Every shipped set on all inputs of bf16 and fp16 and on 2²² of fp32. */
  @Test
  void everyShippedSetAgrees() throws Exception {
    CCompiler gcc = CCompiler.gcc();
    List<CoefficientSet> sets = ShippedSets.names().stream().map(ShippedSets::load).toList();
    List<String> options = strict("-std=c99", "-O2", "-ffp-contract=off", "-march=native");
    List<Callable<Void>> work = new ArrayList<>();
    for (CoefficientSet set : sets) {
      work.add(() -> {
        Path program = build(gcc, set.name(), List.of(set), options);
        try (CDriver driver = new CDriver(program, Identifiers.of(set))) {
          requireHalves(driver, set);
          requireSingle(driver, set, PATTERNS);
          requireEdges(driver, set);
          requireTails(driver, set);
        }
        return null;
      });
    }
    inParallel(work);
  }

  /**
   * Other compilers and options, on one set of each kind of arithmetic: without fused multiply-add
   * instructions, as C++, by clang, and in GNU C, where GCC contracts a·b + c by default.
   */
  @Test
  void dialectsAndOptimisersAgree() throws Exception {
    CCompiler gcc = CCompiler.gcc();
    CCompiler cpp = new CCompiler("g++");
    CCompiler clang = new CCompiler("clang");
    List<Callable<Void>> work = new ArrayList<>();
    work.add(() -> requireSample(gcc, "plain", strict("-std=c99", "-O2")));
    work.add(() -> requireSample(gcc, "gnu", List.of("-std=gnu11", "-O3", "-march=native")));
    if (cpp.isThere()) {
      work.add(() -> requireSample(cpp, "cpp", strict("-x", "c++", "-std=c++11", "-O1")));
    }
    if (clang.isThere()) {
      work.add(() -> requireSample(clang, "clang", strict("-std=c99", "-O2", "-march=native")));
    }
    inParallel(work);
  }

  private static List<String> strict(String... options) {
    List<String> all = new ArrayList<>(CCompiler.STRICT);
    all.addAll(List.of(options));
    return all;
  }

  private Void requireSample(CCompiler compiler, String name, List<String> options)
      throws IOException {
    List<CoefficientSet> sets =
        List.of("gelu-published", "silu-paper-sigmoid", "gelu-segmented", "mish-bf16").stream()
            .map(ShippedSets::load)
            .toList();
    Path program = build(compiler, name, sets, options);
    for (CoefficientSet set : sets) {
      try (CDriver driver = new CDriver(program, Identifiers.of(set))) {
        requireHalves(driver, set);
        requireSingle(driver, set, BATCH);
      }
    }
    return null;
  }

  /** Encoding of 2²² fp32 patterns, NaNs included, and decoding of all 16-bit patterns. */
  @Test
  void conversionsAgree() throws Exception {
    CoefficientSet set = ShippedSets.load("silu-bf16");
    Path program = build(CCompiler.gcc(), "convert", List.of(set), List.of("-std=c99", "-O2"));
    try (CDriver driver = new CDriver(program, Identifiers.of(set))) {
      for (Dtype format : HALVES) {
        for (int from = 0; from < PATTERNS; from += BATCH) {
          requireConversions(driver, format, singles(from, BATCH));
        }
        float[] all = new float[1 << Short.SIZE];
        for (int i = 0; i < all.length; i++) {
          all[i] = format.decode((short) i);
        }
        requireConversions(driver, format, all);
      }
    }
  }

  private static void requireConversions(CDriver driver, Dtype format, float[] values)
      throws IOException {
    ByteBuffer answer = driver.convert(format, values);
    for (int i = 0; i < values.length; i++) {
      short expected = encode(format, values[i]);
      short found = answer.getShort(i * Short.BYTES);
      if (expected != found || i == 0) {
        float value = values[i];
        assertEquals(expected, found, () -> format + " of " + value);
      }
      int back = answer.getInt(values.length * Short.BYTES + i * Float.BYTES);
      assertEquals(Float.floatToRawIntBits(format.decode(found)), back);
    }
  }

  /**
   * Encoding as processors do it: a NaN becomes quiet and keeps the high bits of its payload.
   * {@link Float#floatToFloat16} in Java code treats signalling NaNs otherwise.
   */
  private static short encode(Dtype format, float value) {
    if (format == Dtype.FP16 && Float.isNaN(value)) {
      int bits = Float.floatToRawIntBits(value);
      return (short) (bits >>> 16 & 0x8000 | 0x7E00 | bits >>> 13 & 0x3FF);
    }
    return format.encode(value);
  }

  /** Compiles the header of some sets with the driver. */
  private Path build(
      CCompiler compiler, String name, List<CoefficientSet> sets, List<String> options)
      throws IOException {
    Path sources = Files.createDirectory(folder.resolve(name));
    Files.writeString(sources.resolve("header.h"), ExportTarget.C.text(new Export(sets, "-", "-")));
    StringBuilder list = new StringBuilder("#define SETS(X)");
    sets.forEach(set -> list.append(" X(").append(Identifiers.of(set)).append(')'));
    Files.writeString(sources.resolve("sets.h"), list.append('\n'));
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("-I.", DRIVER.toAbsolutePath().toString(), "-o", "driver", "-lm"));
    compiler.compile(sources, arguments);
    return sources.resolve("driver");
  }

  /** All 16-bit y with all incoming gradients, on both branches. */
  private static void requireHalves(CDriver driver, CoefficientSet set) throws IOException {
    for (Dtype format : HALVES) {
      int n = (1 << Short.SIZE) * DY.length;
      ByteBuffer y = ByteBuffer.allocate(n * Short.BYTES).order(ByteOrder.nativeOrder());
      ByteBuffer dy = ByteBuffer.allocate(n * Short.BYTES).order(ByteOrder.nativeOrder());
      for (int i = 0; i < n; i++) {
        y.putShort((short) i);
        dy.putShort(format.encode(DY[i % DY.length]));
      }
      requireForward(driver, set, format, Arrays.copyOf(y.array(), 2 << Short.SIZE));
      requireBackward(driver, set, format, dy.array(), y.array());
    }
  }

  private static void requireSingle(CDriver driver, CoefficientSet set, int patterns)
      throws IOException {
    for (int from = 0; from < patterns; from += BATCH) {
      ByteBuffer x = ByteBuffer.allocate(BATCH * Float.BYTES).order(ByteOrder.nativeOrder());
      ByteBuffer dy = ByteBuffer.allocate(BATCH * Float.BYTES).order(ByteOrder.nativeOrder());
      for (int i = 0; i < BATCH; i++) {
        x.putInt((from + i) * STRIDE);
        dy.putFloat(DY[i % DY.length]);
      }
      requireForward(driver, set, Dtype.FP32, x.array());
      requireBackward(driver, set, Dtype.FP32, dy.array(), x.array());
    }
  }

  private static float[] singles(int from, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = Float.intBitsToFloat((from + i) * STRIDE);
    }
    return values;
  }

  /** The 128 floats around zeros, infinities, T, f(T) and ends of formulas, of both signs. */
  private static void requireEdges(CDriver driver, CoefficientSet set) throws IOException {
    float[] edges = {
      0.0f,
      Float.MIN_NORMAL,
      Float.POSITIVE_INFINITY,
      (float) set.activation().argmin(),
      (float) set.activation().minimum(),
      0x1p-24f,
      4.75f,
      8.5f,
      15.0f,
      40.0f,
      120.0f
    };
    int reach = 64;
    int n = edges.length * 2 * 2 * reach;
    ByteBuffer x = ByteBuffer.allocate(n * Float.BYTES).order(ByteOrder.nativeOrder());
    ByteBuffer dy = ByteBuffer.allocate(n * Float.BYTES).order(ByteOrder.nativeOrder());
    for (float edge : edges) {
      for (int k = -reach; k < reach; k++) {
        int bits = Float.floatToRawIntBits(edge) + k;
        x.putInt(bits).putInt(bits ^ Integer.MIN_VALUE);
        dy.putFloat(1).putFloat(-0.3f);
      }
    }
    requireForward(driver, set, Dtype.FP32, x.array());
    requireBackward(driver, set, Dtype.FP32, dy.array(), x.array());
  }

  /** Lengths that are no multiple of 8, so that the indicator's last byte is not full. */
  private static void requireTails(CDriver driver, CoefficientSet set) throws IOException {
    for (Dtype format : List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16)) {
      for (int n = 0; n <= 17; n++) {
        ByteBuffer x = ByteBuffer.allocate(n * format.bytes()).order(ByteOrder.nativeOrder());
        for (int i = 0; i < n; i++) {
          float value = i % 3 - 1.5f;
          if (format.isHalf()) {
            x.putShort(format.encode(value));
          } else {
            x.putFloat(value);
          }
        }
        requireForward(driver, set, format, x.array());
        requireBackward(driver, set, format, x.array(), x.array());
      }
    }
  }

  private static void requireForward(CDriver driver, CoefficientSet set, Dtype format, byte[] x)
      throws IOException {
    byte[] y = new byte[x.length];
    byte[] indicator = new byte[(x.length / format.bytes() + 7) / 8];
    new ScalarActivation(set).forward(format, segment(x), segment(y), segment(indicator));
    for (boolean aliased : new boolean[] {false, true}) {
      byte[] found = driver.forward(format, aliased, x);
      requireSame(set, "y", format, x, y, Arrays.copyOf(found, x.length));
      assertArrayEquals(
          indicator, Arrays.copyOfRange(found, x.length, found.length), set.name() + " indicator");
    }
  }

  /** With an irregular indicator, and with its complement. */
  private static void requireBackward(
      CDriver driver, CoefficientSet set, Dtype format, byte[] dy, byte[] y) throws IOException {
    byte[] indicator = new byte[(dy.length / format.bytes() + 7) / 8];
    ScalarActivation scalar = new ScalarActivation(set);
    for (boolean opposite : new boolean[] {false, true}) {
      for (int i = 0; i < indicator.length; i++) {
        int bits = i * 0x9E3779B1 >>> 24;
        indicator[i] = (byte) (opposite ? ~bits : bits);
      }
      byte[] dx = new byte[dy.length];
      scalar.backward(format, segment(dy), segment(y), segment(indicator), segment(dx));
      byte[] found = driver.backward(format, opposite, dy, y, indicator);
      requireSame(set, "dx", format, y, dx, found);
    }
  }

  private static MemorySegment segment(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
  }

  private static void requireSame(
      CoefficientSet set, String what, Dtype format, byte[] y, byte[] expected, byte[] found) {
    if (Arrays.equals(expected, found)) {
      return;
    }
    int step = format.bytes();
    for (int at = 0; at < expected.length; at += step) {
      if (!Arrays.equals(expected, at, at + step, found, at, at + step)) {
        float e = element(format, expected, at);
        float f = element(format, found, at);
        float input = element(format, y, at);
        assertTrue(
            Float.isNaN(e) && Float.isNaN(f),
            () -> set + " " + what + " in " + format + " at " + input + " is " + f + ", not " + e);
      }
    }
  }

  private static float element(Dtype format, byte[] bytes, int at) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    return format.isHalf() ? format.decode(buffer.getShort(at)) : buffer.getFloat(at);
  }

  private static void inParallel(List<Callable<Void>> work) throws Exception {
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      for (Future<Void> done : threads.invokeAll(work)) {
        try {
          done.get();
        } catch (ExecutionException e) {
          switch (e.getCause()) {
            case IOException io -> throw new UncheckedIOException(io);
            case Error error -> throw error;
            default -> throw e;
          }
        }
      }
    }
  }
}
