package invact.runtime;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import invact.activation.Activation;
import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;

/** The specification of {@link InvertedActivation}. */
final class ScalarActivation implements InvertedActivation {
  private final Activation activation;
  private final double argmin;
  private final FloatDerivative left;
  private final FloatDerivative right;

  ScalarActivation(CoefficientSet set) {
    activation = set.activation();
    argmin = activation.argmin();
    left = FloatDerivative.of(set.left().approximant());
    right = FloatDerivative.of(set.right().approximant());
  }

  @Override
  public void forward(
      FloatFormat format, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    long elements = BufferCheck.forward(format, x, y, indicator);
    for (long first = 0; first < elements; first += Byte.SIZE) {
      long end = Math.min(first + Byte.SIZE, elements);
      int bits = 0;
      for (long i = first; i < end; i++) {
        double input = load(format, x, i);
        store(format, y, i, (float) activation.value(input));
        if (input >= argmin) {
          bits |= 1 << (i - first);
        }
      }
      indicator.set(JAVA_BYTE, first / Byte.SIZE, (byte) bits);
    }
  }

  @Override
  public void backward(
      FloatFormat format,
      MemorySegment dy,
      MemorySegment y,
      MemorySegment indicator,
      MemorySegment dx) {
    long elements = BufferCheck.backward(format, dy, y, indicator, dx);
    for (long first = 0; first < elements; first += Byte.SIZE) {
      long end = Math.min(first + Byte.SIZE, elements);
      int bits = indicator.get(JAVA_BYTE, first / Byte.SIZE);
      for (long i = first; i < end; i++) {
        FloatDerivative branch = (bits >> (i - first) & 1) == 0 ? left : right;
        float g = branch.value(load(format, y, i));
        store(format, dx, i, load(format, dy, i) * g);
      }
    }
  }

  private static float load(FloatFormat format, MemorySegment segment, long i) {
    return format == FloatFormat.FP32
        ? segment.get(JAVA_FLOAT_UNALIGNED, i * Float.BYTES)
        : format.decode(segment.get(JAVA_SHORT_UNALIGNED, i * Short.BYTES));
  }

  private static void store(FloatFormat format, MemorySegment segment, long i, float value) {
    if (format == FloatFormat.FP32) {
      segment.set(JAVA_FLOAT_UNALIGNED, i * Float.BYTES, value);
    } else {
      segment.set(JAVA_SHORT_UNALIGNED, i * Short.BYTES, format.encode(value));
    }
  }
}
