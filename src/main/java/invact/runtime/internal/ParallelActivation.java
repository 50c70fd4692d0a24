package invact.runtime.internal;

import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * An activation over several threads: long buffers are split, and each part is as the activation
 * alone has it, so that the result does not depend on the number of threads.
 *
 * <p>Parts begin at multiples of {@value WorkSplit#GRAIN} elements: no two threads share a byte of
 * the indicator, nor a cache line of an output that starts on one. The calling thread works too,
 * and waits for no thread that has not begun, so that it may be one of the executor's own. Buffers
 * of less than {@value WorkSplit#LEAST_PART} elements a part, and segments that are confined to the
 * calling thread, are left to the calling thread alone.
 *
 * <p>A call that is split allocates what the threads are told, some hundred bytes.
 */
public final class ParallelActivation implements InvertedActivation, AutoCloseable {
  private final InvertedActivation activation;
  private final WorkSplit split;

  ParallelActivation(InvertedActivation activation, WorkSplit split) {
    this.activation = Objects.requireNonNull(activation, "activation");
    this.split = split;
  }

  /**
   * An activation over the threads of an executor, which stays the caller's to close. Where it
   * fails to run a task, the others do its work.
   *
   * @param activation the activation
   * @param executor where all threads but the calling one come from
   * @param threads how many work at most, the calling one included
   * @return the activation
   */
  public static ParallelActivation of(
      InvertedActivation activation, Executor executor, int threads) {
    return new ParallelActivation(
        activation, WorkSplit.of(executor, threads, WorkSplit.LEAST_PART));
  }

  /**
   * An activation over threads of its own, which {@link #close} ends.
   *
   * @param activation the activation
   * @param threads how many work at most, the calling one included
   * @return the activation
   */
  public static ParallelActivation of(InvertedActivation activation, int threads) {
    return new ParallelActivation(activation, WorkSplit.of(threads));
  }

  /** Ends the activation's own threads, if it has some. */
  @Override
  public void close() {
    split.close();
  }

  @Override
  public void forward(Dtype dtype, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    long elements = BufferCheck.BUFFERS.forward(dtype, x, y, indicator);
    if (split.alone(elements)
        || WorkSplit.confined(x)
        || WorkSplit.confined(y)
        || WorkSplit.confined(indicator)) {
      activation.forward(dtype, x, y, indicator);
      return;
    }
    split.run(
        elements,
        (from, to) ->
            activation.forward(
                dtype,
                WorkSplit.elements(dtype, x, from, to),
                WorkSplit.elements(dtype, y, from, to),
                bits(indicator, from, to)));
  }

  @Override
  public void backward(
      Dtype dtype, MemorySegment dy, MemorySegment y, MemorySegment indicator, MemorySegment dx) {
    long elements = BufferCheck.BUFFERS.backward(dtype, dy, y, indicator, dx);
    if (split.alone(elements)
        || WorkSplit.confined(dy)
        || WorkSplit.confined(y)
        || WorkSplit.confined(indicator)
        || WorkSplit.confined(dx)) {
      activation.backward(dtype, dy, y, indicator, dx);
      return;
    }
    split.run(
        elements,
        (from, to) ->
            activation.backward(
                dtype,
                WorkSplit.elements(dtype, dy, from, to),
                WorkSplit.elements(dtype, y, from, to),
                bits(indicator, from, to),
                WorkSplit.elements(dtype, dx, from, to)));
  }

  private static MemorySegment bits(MemorySegment indicator, long from, long to) {
    return indicator.asSlice(from / Byte.SIZE, InvertedActivation.indicatorBytes(to - from));
  }
}
