package invact.runtime.internal.vector;

import invact.internal.program.Computation;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/** The loops of one pass for each kind of storage, compiled when they are first asked for. */
final class Loops {
  /** The loops of a pass that has no program for registers: they run over nothing. */
  static final Loops NONE =
      new Loops(() -> {
        throw new IllegalStateException("there is no program");
      });

  private static final Storage[] STORAGES = Storage.values();

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
   * Runs over the whole registers of some elements, if all buffers lie in one kind of storage.
   *
   * @param elements how many
   * @param s0 the buffer of the first stream
   * @param s1 of the second, and so on
   * @param s2 null if there are fewer streams
   * @param s3 likewise
   * @param s4 likewise
   * @return how many elements from the first on are done: a multiple of {@link Lanes#COUNT}, or 0
   */
  long run(
      long elements,
      MemorySegment s0,
      MemorySegment s1,
      MemorySegment s2,
      MemorySegment s3,
      MemorySegment s4) {
    for (Storage storage : STORAGES) {
      if (holds(storage, 0, s0)
          && holds(storage, 1, s1)
          && holds(storage, 2, s2)
          && holds(storage, 3, s3)
          && holds(storage, 4, s4)) {
        Loop loop = compiled.get(storage.ordinal());
        if (loop == null) {
          loop = compile(storage);
        }
        long whole = elements - elements % Lanes.COUNT;
        for (long from = 0; from < whole; from += Lanes.BLOCK) {
          loop.run(s0, s1, s2, s3, s4, from, (int) Math.min(Lanes.BLOCK, whole - from));
        }
        return whole;
      }
    }
    return 0;
  }

  private boolean holds(Storage storage, int stream, MemorySegment buffer) {
    return stream < streams.size() ? storage.holds(streams.get(stream).kind(), buffer) : stream > 0;
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
