package invact.runtime.internal;

import static invact.runtime.internal.DtypeElements.segment;
import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Both passes of {@link InvertedActivation}, wherever the buffers lie and however long they are.
 */
abstract class BufferContract extends BackendContract {
  private static final int[] LENGTHS = {
    0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 999, 1000, 1001, 8209
  };
  private static final int LONGEST = LENGTHS[LENGTHS.length - 1];

  BufferContract(String backendName) {
    super(backendName);
  }

  /** Each element as the scalar backend gives it alone, bit for bit, and not a byte beside. */
  @ParameterizedTest
  @MethodSource("allCases")
  void lengthsPlacesAndAliases(Case c) {
    InvertedActivation activation = backend.open(c.set());
    Expected expected = Expected.of(c);
    for (int length : LENGTHS) {
      for (GuardedBuffer.Place place : GuardedBuffer.Place.values()) {
        for (int poison : new int[] {0xFF, 0x5A}) {
          roundTrip(activation, c, expected, length, place, poison, false);
          roundTrip(activation, c, expected, length, place, poison, true);
        }
      }
    }
  }

  private record Expected(float[] x, float[] y, boolean[] right, float[] dy, float[] dx) {
    static Expected of(Case c) {
      InvertedActivation scalar = Backends.of("scalar").open(c.set());
      float[] x = randomInputs(c, LONGEST, 1);
      float[] dy = randomInputs(c, LONGEST, 2);
      float[] y = new float[LONGEST];
      float[] dx = new float[LONGEST];
      boolean[] right = new boolean[LONGEST];
      for (int i = 0; i < LONGEST; i++) {
        Element element = Element.forward(scalar, c.dtype(), x[i]);
        y[i] = element.y();
        right[i] = element.right();
        dx[i] = Element.backward(scalar, c.dtype(), dy[i], y[i], right[i]);
      }
      return new Expected(x, y, right, dy, dx);
    }
  }

  private static void roundTrip(
      InvertedActivation activation,
      Case c,
      Expected expected,
      int length,
      GuardedBuffer.Place place,
      int poison,
      boolean inPlace) {
    long bytes = (long) length * c.dtype().bytes();
    long bits = InvertedActivation.indicatorBytes(length);
    try (Arena arena = Arena.ofConfined()) {
      GuardedBuffer indicator = new GuardedBuffer(arena, place.ofIndicator(), bits, poison);
      GuardedBuffer x = new GuardedBuffer(arena, place, bytes, poison);
      GuardedBuffer y = inPlace ? x : new GuardedBuffer(arena, place, bytes, poison);
      x.set(c.dtype(), expected.x);
      activation.forward(c.dtype(), x.segment(), y.segment(), indicator.segment());
      requireElements(c, expected.y, length, y, "y");
      requireBits(expected.right, length, indicator);
      if (!inPlace) {
        requireElements(c, expected.x, length, x, "x");
      }

      GuardedBuffer dy = new GuardedBuffer(arena, place, bytes, poison);
      GuardedBuffer dx = inPlace ? dy : new GuardedBuffer(arena, place, bytes, poison);
      dy.set(c.dtype(), expected.dy);
      activation.backward(c.dtype(), dy.segment(), y.segment(), indicator.segment(), dx.segment());
      requireElements(c, expected.dx, length, dx, "dx");
      requireElements(c, expected.y, length, y, "y");
      requireBits(expected.right, length, indicator);
      if (!inPlace) {
        requireElements(c, expected.dy, length, dy, "dy");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("allCases")
  void arraysAreAsSegments(Case c) {
    InvertedActivation activation = backend.open(c.set());
    float[] x = randomInputs(c, LONGEST, 1);
    float[] dy = randomInputs(c, LONGEST, 2);
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(LONGEST)];
    MemorySegment expectedIndicator = MemorySegment.ofArray(indicator.clone());
    MemorySegment expected = segment(c.dtype(), x);
    activation.forward(c.dtype(), expected, expected, expectedIndicator);
    MemorySegment expectedDx = segment(c.dtype(), dy);
    activation.backward(c.dtype(), expectedDx, expected, expectedIndicator, expectedDx);
    MemorySegment y;
    MemorySegment dx;
    if (c.dtype() == Dtype.FP32) {
      float[] outputs = new float[LONGEST];
      float[] gradients = new float[LONGEST];
      activation.forward(x, outputs, indicator);
      activation.backward(dy, outputs, indicator, gradients);
      y = MemorySegment.ofArray(outputs);
      dx = MemorySegment.ofArray(gradients);
    } else {
      short[] outputs = patterns(c.dtype(), x);
      short[] gradients = patterns(c.dtype(), dy);
      activation.forward(c.dtype(), outputs, outputs, indicator);
      activation.backward(c.dtype(), gradients, outputs, indicator, gradients);
      y = MemorySegment.ofArray(outputs);
      dx = MemorySegment.ofArray(gradients);
    }
    assertEquals(-1, expected.mismatch(y));
    assertEquals(-1, expectedDx.mismatch(dx));
    assertEquals(-1, expectedIndicator.mismatch(MemorySegment.ofArray(indicator)));
  }
}
