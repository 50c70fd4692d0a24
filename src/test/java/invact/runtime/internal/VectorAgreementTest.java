package invact.runtime.internal;

import static invact.runtime.internal.DtypeElements.requireSame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.ShippedSets;
import invact.numeric.Dtype;
import invact.runtime.Backend;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector backend has the scalar backend's bits, for all shipped sets and in all storage. */
class VectorAgreementTest {
  private static final int PATTERNS = 1 << Short.SIZE;

  private final Backend vector = Backends.of("vector");
  private final Backend scalar = Backends.of("scalar");

  static Stream<CoefficientSet> sets() {
    return Stream.concat(
        ShippedSets.names().stream().map(ShippedSets::load),
        Stream.of(MinimaxSets.RATIONAL.getFirst(), MinimaxSets.SIGMOID));
  }

  /** Every x, and every y on either branch, whether or not a forward pass gives it there. */
  @ParameterizedTest
  @MethodSource("sets")
  void everyPatternOf16Bits(CoefficientSet set) {
    short[] all = new short[2 * PATTERNS];
    short[] dy = new short[2 * PATTERNS];
    byte[] branches = new byte[all.length / Byte.SIZE];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < all.length; i++) {
      all[i] = (short) i;
      dy[i] = (short) random.nextInt();
      if (i >= PATTERNS) {
        branches[i / Byte.SIZE] = -1;
      }
    }
    for (Dtype dtype : List.of(Dtype.BF16, Dtype.FP16)) {
      short[][] y = new short[2][all.length];
      byte[][] indicator = new byte[2][branches.length];
      short[][] dx = new short[2][all.length];
      for (int b = 0; b < 2; b++) {
        InvertedActivation activation = (b == 0 ? scalar : vector).open(set);
        activation.forward(dtype, all, y[b], indicator[b]);
        activation.backward(dtype, dy, all, branches, dx[b]);
      }
      for (int i = 0; i < all.length; i++) {
        requireSame(dtype.decode(y[0][i]), dtype.decode(y[1][i]), dtype + " y at " + i);
        requireSame(dtype.decode(dx[0][i]), dtype.decode(dx[1][i]), dtype + " dx at " + i);
      }
      assertArrayEquals(indicator[0], indicator[1]);
    }
  }

  /** Random patterns, which are of all sizes; the exhaustive test has all, for four sets. */
  @ParameterizedTest
  @MethodSource("sets")
  void manyPatternsOf32Bits(CoefficientSet set) {
    int n = 1 << 17;
    SplittableRandom random = new SplittableRandom(2);
    float[] x = new float[n];
    float[] anyY = new float[n];
    float[] dy = new float[n];
    byte[] branches = new byte[n / Byte.SIZE];
    random.nextBytes(branches);
    for (int i = 0; i < n; i++) {
      // Half of them where the curve is.
      x[i] =
          i % 2 == 0 ? Float.intBitsToFloat(random.nextInt()) : (float) (3 * random.nextGaussian());
      anyY[i] = i % 2 == 0 ? Float.intBitsToFloat(random.nextInt()) : random.nextFloat(-0.3f, 8);
      dy[i] = Float.intBitsToFloat(random.nextInt());
    }
    float[][] y = new float[2][n];
    byte[][] indicator = new byte[2][n / Byte.SIZE];
    float[][] dx = new float[2][n];
    float[][] anyDx = new float[2][n];
    for (int b = 0; b < 2; b++) {
      InvertedActivation activation = (b == 0 ? scalar : vector).open(set);
      activation.forward(x, y[b], indicator[b]);
      activation.backward(dy, y[b], indicator[b], dx[b]);
      activation.backward(dy, anyY, branches, anyDx[b]);
    }
    for (int i = 0; i < n; i++) {
      requireSame(y[0][i], y[1][i], "y of " + x[i]);
      requireSame(dx[0][i], dx[1][i], "dx of " + x[i]);
      requireSame(anyDx[0][i], anyDx[1][i], "dx of y " + anyY[i] + " at " + i);
    }
  }

  /** Mapped files, a shared arena after a confined one, read-only inputs, parts of arrays. */
  @Test
  void allStorage(@TempDir Path folder) throws IOException {
    CoefficientSet set = ShippedSets.load("gelu-fp32");
    InvertedActivation expected = scalar.open(set);
    InvertedActivation activation = vector.open(set);
    int n = 1000;
    float[] inputs = new float[n];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < n; i++) {
      inputs[i] = (float) random.nextGaussian();
    }
    float[] y = new float[n];
    byte[] indicator = new byte[n / Byte.SIZE];
    expected.forward(inputs, y, indicator);
    Path file = folder.resolve("tensors");
    try (Arena confined = Arena.ofConfined();
        Arena shared = Arena.ofShared();
        FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      long bytes = 4L * n;
      MemorySegment mapped =
          channel.map(FileChannel.MapMode.READ_WRITE, 0, 2 * bytes + n, confined);
      List<MemorySegment> wholes =
          List.of(
              confined.allocate(2 * bytes + n),
              shared.allocate(2 * bytes + n),
              mapped,
              Arena.ofAuto().allocate(2 * bytes + n));
      for (MemorySegment whole : wholes) {
        MemorySegment x = whole.asSlice(0, bytes);
        MemorySegment.copy(inputs, 0, x, ValueLayout.JAVA_FLOAT, 0, n);
        MemorySegment result = whole.asSlice(bytes, bytes);
        activation.forward(
            Dtype.FP32, x.asReadOnly(), result, whole.asSlice(2 * bytes, n / Byte.SIZE));
        assertEquals(-1, MemorySegment.ofArray(y).mismatch(result), whole.toString());
      }
      float[] array = new float[n + 7];
      MemorySegment part = MemorySegment.ofArray(array).asSlice(4 * 5, bytes);
      activation.forward(
          Dtype.FP32,
          MemorySegment.ofArray(inputs).asReadOnly(),
          part,
          MemorySegment.ofArray(new byte[n]).asSlice(3, n / Byte.SIZE));
      assertEquals(-1, MemorySegment.ofArray(y).mismatch(part));
    }
  }
}
