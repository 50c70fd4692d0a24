package invact.runtime.internal;

import invact.activation.Activation;
import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * A gated unit over several threads: long buffers are split as {@link ParallelActivation} splits
 * them, and the result does not depend on the number of threads.
 *
 * <p>A call that is split allocates what the threads are told, some hundred bytes.
 */
public final class ParallelGatedUnit implements GatedUnit, AutoCloseable {
  private final GatedUnit unit;
  private final WorkSplit split;

  ParallelGatedUnit(GatedUnit unit, WorkSplit split) {
    this.unit = Objects.requireNonNull(unit, "unit");
    this.split = split;
  }

  /**
   * A gated unit over the threads of an executor, which stays the caller's to close. Where it fails
   * to run a task, the others do its work.
   *
   * @param unit the gated unit
   * @param executor where all threads but the calling one come from
   * @param threads how many work at most, the calling one included
   * @return the gated unit
   */
  public static ParallelGatedUnit of(GatedUnit unit, Executor executor, int threads) {
    return new ParallelGatedUnit(unit, WorkSplit.of(executor, threads, WorkSplit.LEAST_PART));
  }

  /**
   * A gated unit over threads of its own, which {@link #close} ends.
   *
   * @param unit the gated unit
   * @param threads how many work at most, the calling one included
   * @return the gated unit
   */
  public static ParallelGatedUnit of(GatedUnit unit, int threads) {
    return new ParallelGatedUnit(unit, WorkSplit.of(threads));
  }

  /** Ends the gated unit's own threads, if it has some. */
  @Override
  public void close() {
    split.close();
  }

  @Override
  public Activation activation() {
    return unit.activation();
  }

  @Override
  public void forward(Dtype dtype, MemorySegment a, MemorySegment b, MemorySegment p) {
    long elements = BufferCheck.BUFFERS.gatedForward(dtype, a, b, p);
    if (split.alone(elements)
        || WorkSplit.confined(a)
        || WorkSplit.confined(b)
        || WorkSplit.confined(p)) {
      unit.forward(dtype, a, b, p);
      return;
    }
    split.run(
        elements,
        (from, to) ->
            unit.forward(
                dtype,
                WorkSplit.elements(dtype, a, from, to),
                WorkSplit.elements(dtype, b, from, to),
                WorkSplit.elements(dtype, p, from, to)));
  }

  @Override
  public void backward(
      Dtype dtype,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db) {
    long elements = BufferCheck.BUFFERS.gatedBackward(dtype, dp, a, kept, da, db);
    if (split.alone(elements)
        || WorkSplit.confined(dp)
        || WorkSplit.confined(a)
        || WorkSplit.confined(kept)
        || WorkSplit.confined(da)
        || WorkSplit.confined(db)) {
      unit.backward(dtype, dp, a, kept, da, db);
      return;
    }
    split.run(
        elements,
        (from, to) ->
            unit.backward(
                dtype,
                WorkSplit.elements(dtype, dp, from, to),
                WorkSplit.elements(dtype, a, from, to),
                WorkSplit.elements(dtype, kept, from, to),
                WorkSplit.elements(dtype, da, from, to),
                WorkSplit.elements(dtype, db, from, to)));
  }
}
