package invact.runtime.internal.vector;

import invact.internal.program.Computation;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/** The loops of one pass for each kind of storage, compiled when they are first asked for. */
final class Loops {
  private final Supplier<Computation> program;
  private final List<Stream> streams;
  private final AtomicReferenceArray<Loop> compiled =
      new AtomicReferenceArray<>(Storage.values().length);
  private Computation computation;

  /**
   * Loops to be compiled.
   *
   * @param program gives the program and its data; called once, before the first loop
   * @param streams the buffers
   */
  Loops(Supplier<Computation> program, Stream... streams) {
    this.program = program;
    this.streams = List.of(streams);
  }

  /**
   * Runs over the elements 0 … elements − 1, a multiple of {@link Lanes#COUNT}.
   *
   * @param storage where the buffers lie
   * @param elements how many
   * @param s0 the buffer of the first stream
   * @param s1 of the second, and so on
   * @param s2 or null
   * @param s3 or null
   * @param s4 or null
   */
  void run(
      Storage storage,
      long elements,
      MemorySegment s0,
      MemorySegment s1,
      MemorySegment s2,
      MemorySegment s3,
      MemorySegment s4) {
    Loop loop = compiled.get(storage.ordinal());
    if (loop == null) {
      loop = compile(storage);
    }
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      loop.run(s0, s1, s2, s3, s4, from, (int) Math.min(Lanes.BLOCK, elements - from));
    }
  }

  private synchronized Loop compile(Storage storage) {
    Loop loop = compiled.get(storage.ordinal());
    if (loop == null) {
      if (computation == null) {
        computation = program.get();
      }
      loop = LoopCompiler.compile(computation, streams, storage);
      compiled.set(storage.ordinal(), loop);
    }
    return loop;
  }
}
