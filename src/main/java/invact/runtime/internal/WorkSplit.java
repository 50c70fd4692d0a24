package invact.runtime.internal;

import invact.numeric.Dtype;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Element-wise work over several threads.
 *
 * <p>Parts begin at multiples of {@value #GRAIN} elements. The calling thread works too, and waits
 * for no thread that has not begun, so that it may be one of the executor's own. An executor may
 * throw whatever it likes, run a task late, twice or never: each part is done once, before the call
 * returns or throws, and nothing is written afterwards.
 */
final class WorkSplit implements AutoCloseable {
  /** The elements of 64 bytes of an indicator; of anything else, whole cache lines too. */
  static final int GRAIN = 512;

  /** Elements of the smallest part: computing it takes longer than handing it to a thread. */
  static final int LEAST_PART = 1 << 15;

  /** Parts a thread: a thread that is delayed leaves its remaining parts to the others. */
  private static final int PARTS = 4;

  private static final System.Logger LOG = System.getLogger("invact.runtime");

  /** A thread that owns no arena: a segment that it may not touch is confined to another. */
  private static final Thread STRANGER = Thread.ofPlatform().unstarted(() -> {});

  private final Executor executor;
  private final int threads;
  private final int leastPart;
  private final ExecutorService own;

  private WorkSplit(Executor executor, int threads, int leastPart, ExecutorService own) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1: " + threads);
    }
    this.executor = Objects.requireNonNull(executor, "executor");
    this.threads = threads;
    this.leastPart = leastPart;
    this.own = own;
  }

  /**
   * Over the threads of an executor, which stays the caller's to close. Where it rejects a task,
   * the others do its work.
   *
   * @param executor where all threads but the calling one come from
   * @param threads how many work at most, the calling one included
   * @param leastPart the least number of elements that are worth a part
   */
  static WorkSplit of(Executor executor, int threads, int leastPart) {
    return new WorkSplit(executor, threads, leastPart, null);
  }

  /**
   * Over threads of its own, which {@link #close} ends.
   *
   * @param threads how many work at most, the calling one included
   */
  static WorkSplit of(int threads) {
    if (threads == 1) {
      return of(Runnable::run, 1, LEAST_PART);
    }
    ExecutorService own =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1), Thread.ofPlatform().daemon().name("invact-", 1).factory());
    return new WorkSplit(own, threads, LEAST_PART, own);
  }

  /** Ends its own threads, if it has some. */
  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }

  /** Whether so many elements are left to the calling thread. */
  boolean alone(long elements) {
    return threads == 1 || elements < 2L * leastPart;
  }

  /** Whether no other thread may touch a segment. */
  static boolean confined(MemorySegment segment) {
    return !segment.isAccessibleBy(STRANGER);
  }

  /** The elements from … to − 1 of a segment. */
  static MemorySegment elements(Dtype dtype, MemorySegment segment, long from, long to) {
    return segment.asSlice(from * dtype.bytes(), (to - from) * dtype.bytes());
  }

  /**
   * Does all parts, and returns when the last is done. The first failure of a part is thrown on.
   *
   * @param elements their number, for which the work is not {@link #alone}
   * @param part what is done to a part
   */
  void run(long elements, Part part) {
    long parts = Math.min((long) PARTS * threads, elements / leastPart);
    long length = (elements / parts / GRAIN + 1) * GRAIN;
    int count = (int) ((elements + length - 1) / length);
    AtomicInteger next = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(count);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable worker =
        () -> {
          for (int p = next.getAndIncrement(); p < count; p = next.getAndIncrement()) {
            try {
              part.run(p * length, Math.min((p + 1) * length, elements));
            } catch (Throwable t) {
              failure.compareAndSet(null, t);
            } finally {
              done.countDown();
            }
          }
        };
    for (int t = 1; t < Math.min(threads, count); t++) {
      try {
        executor.execute(worker);
      } catch (RuntimeException | Error e) {
        // No exception may leave this method while a worker that has begun still writes. The parts
        // are shared out one by one, so that whoever works does those that are left.
        LOG.log(
            System.Logger.Level.WARNING,
            "an executor gave {0} of {1} threads, the others do their work: {2}",
            t,
            threads,
            e);
        break;
      }
    }
    worker.run();
    await(done);
    switch (failure.get()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable t -> throw new IllegalStateException(t);
    }
  }

  /** Waits to the end: a part still running writes to the caller's buffers. */
  private static void await(CountDownLatch done) {
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is done to the elements from … to − 1. */
  interface Part {
    void run(long from, long to);
  }
}
