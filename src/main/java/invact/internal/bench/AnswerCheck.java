package invact.internal.bench;

import invact.activation.Activation;
import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.util.function.LongToDoubleFunction;

/**
 * Checks the answers before they are timed: ours, bit for bit, against the scalar backend, the
 * specification; a baseline's against double precision. {@value #WINDOWS} windows of {@value
 * #WINDOW} elements are looked at, spread over the tensor, or all of a short one.
 */
final class AnswerCheck {
  private static final int WINDOWS = 16;
  private static final int WINDOW = 4096;

  /**
   * What a baseline may be off by, for it says nothing of its errors: so many units of the last
   * place of 1 or of the value, whichever is larger, for the rounding of what it computes on the
   * way, and an absolute error for functions that are right in absolute terms alone. This is to
   * find a wrong function, or none.
   */
  private static final int BASELINE_ULPS = 8;

  private static final double BASELINE_ERROR = 1e-5;

  private final Dtype dtype;
  private final long elements;

  AnswerCheck(Dtype dtype, long elements) {
    this.dtype = dtype;
    this.elements = elements;
  }

  /** A forward pass. */
  void forward(
      String op,
      InvertedActivation scalar,
      MemorySegment x,
      MemorySegment y,
      MemorySegment indicator) {
    windows((from, length) -> {
      MemorySegment expected = scratch(length);
      MemorySegment expectedBits =
          MemorySegment.ofArray(new byte[(int) InvertedActivation.indicatorBytes(length)]);
      scalar.forward(dtype, slice(x, from, length), expected, expectedBits);
      require(op, from, expected, slice(y, from, length));
      require(
          op,
          from,
          expectedBits,
          indicator.asSlice(from / Byte.SIZE, InvertedActivation.indicatorBytes(length)));
    });
  }

  /** A backward pass. */
  void backward(
      String op,
      InvertedActivation scalar,
      MemorySegment dy,
      MemorySegment y,
      MemorySegment indicator,
      MemorySegment dx) {
    windows((from, length) -> {
      MemorySegment expected = scratch(length);
      scalar.backward(
          dtype,
          slice(dy, from, length),
          slice(y, from, length),
          indicator.asSlice(from / Byte.SIZE, InvertedActivation.indicatorBytes(length)),
          expected);
      require(op, from, expected, slice(dx, from, length));
    });
  }

  /** A gated unit's forward pass. */
  void gatedForward(
      String op, GatedUnit scalar, MemorySegment a, MemorySegment b, MemorySegment p) {
    windows((from, length) -> {
      MemorySegment expected = scratch(length);
      scalar.forward(dtype, slice(a, from, length), slice(b, from, length), expected);
      require(op, from, expected, slice(p, from, length));
    });
  }

  /** A gated unit's backward pass. */
  void gatedBackward(
      String op,
      GatedUnit scalar,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db) {
    windows((from, length) -> {
      MemorySegment expectedA = scratch(length);
      MemorySegment expectedB = scratch(length);
      scalar.backward(
          dtype,
          slice(dp, from, length),
          slice(a, from, length),
          slice(kept, from, length),
          expectedA,
          expectedB);
      require(op, from, expectedA, slice(da, from, length));
      require(op, from, expectedB, slice(db, from, length));
    });
  }

  /** A baseline's forward pass. */
  void baselineForward(String op, Activation activation, MemorySegment x, MemorySegment y) {
    baseline(op, i -> activation.value(get(x, i)), y);
  }

  /** A baseline's backward pass. */
  void baselineBackward(
      String op, Activation activation, MemorySegment dy, MemorySegment x, MemorySegment dx) {
    baseline(op, i -> get(dy, i) * activation.derivative(get(x, i)), dx);
  }

  /** A baseline's forward pass of a gated unit. */
  void baselineGatedForward(
      String op, Activation activation, MemorySegment a, MemorySegment b, MemorySegment p) {
    baseline(op, i -> activation.value(get(a, i)) * get(b, i), p);
  }

  /** A baseline's backward pass of a gated unit. */
  void baselineGatedBackward(
      String op,
      Activation activation,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment b,
      MemorySegment da,
      MemorySegment db) {
    baseline(op, i -> get(dp, i) * get(b, i) * activation.derivative(get(a, i)), da);
    baseline(op, i -> get(dp, i) * activation.value(get(a, i)), db);
  }

  private void baseline(String op, LongToDoubleFunction expected, MemorySegment found) {
    double unit = BASELINE_ULPS * Math.scalb(1.0, 1 - dtype.precision());
    windows((from, length) -> {
      for (long i = from; i < from + length; i++) {
        double value = expected.applyAsDouble(i);
        double bound = unit * Math.max(1, Math.abs(value)) + BASELINE_ERROR;
        if (!(Math.abs(get(found, i) - value) <= bound)) {
          throw new BenchmarkException(
              "the baseline's "
                  + op
                  + " in "
                  + dtype.label()
                  + " is wrong at element "
                  + i
                  + ": "
                  + get(found, i)
                  + ", not "
                  + value);
        }
      }
    });
  }

  private void require(String op, long from, MemorySegment expected, MemorySegment found) {
    if (expected.mismatch(found) != -1) {
      throw new BenchmarkException(
          op
              + " in "
              + dtype.label()
              + " differs from the scalar backend within "
              + WINDOW
              + " elements from "
              + from
              + " on");
    }
  }

  /** A window begins with a byte of the indicator. */
  private void windows(Window window) {
    if (elements <= (long) WINDOWS * WINDOW) {
      window.look(0, elements);
      return;
    }
    for (int w = 0; w < WINDOWS - 1; w++) {
      window.look(elements / WINDOWS * w / Byte.SIZE * Byte.SIZE, WINDOW);
    }
    long last = (elements - WINDOW) / Byte.SIZE * Byte.SIZE;
    window.look(last, elements - last);
  }

  private MemorySegment scratch(long length) {
    return MemorySegment.ofArray(new byte[(int) (length * dtype.bytes())]);
  }

  private MemorySegment slice(MemorySegment tensor, long from, long length) {
    return tensor.asSlice(from * dtype.bytes(), length * dtype.bytes());
  }

  private double get(MemorySegment tensor, long i) {
    return Tensors.get(dtype, tensor, i);
  }

  private interface Window {
    void look(long from, long length);
  }
}
