package invact.runtime;

import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An activation over several threads: long buffers are split, and each part is as the activation
 * alone has it, so that the result does not depend on the number of threads.
 *
 * <p>Parts begin at multiples of {@value #GRAIN} elements: no two threads share a byte of the
 * indicator, nor a cache line of an output that starts on one. The calling thread works too, and
 * waits for no thread that has not begun, so that it may be one of the executor's own. Buffers of
 * less than {@value #LEAST_PART} elements a part, and segments that are confined to the calling
 * thread, are left to the calling thread alone.
 *
 * <p>A call that is split allocates what the threads are told, some hundred bytes.
 */
public final class ParallelActivation implements InvertedActivation, AutoCloseable {
  /** The elements of 64 bytes of the indicator. */
  static final int GRAIN = 512;

  /** A part is to take longer than to hand it over. */
  static final int LEAST_PART = 1 << 15;

  /** Parts for each thread, so that one that is held up leaves its share to the others. */
  private static final int PARTS = 4;

  /** A thread that owns nothing. */
  private static final Thread STRANGER = Thread.ofPlatform().unstarted(() -> {});

  private final InvertedActivation activation;
  private final Executor executor;
  private final int threads;
  private final int leastPart;
  private final ExecutorService own;

  ParallelActivation(
      InvertedActivation activation,
      Executor executor,
      int threads,
      int leastPart,
      ExecutorService own) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1: " + threads);
    }
    this.activation = Objects.requireNonNull(activation, "activation");
    this.executor = Objects.requireNonNull(executor, "executor");
    this.threads = threads;
    this.leastPart = leastPart;
    this.own = own;
  }

  /**
   * An activation over the threads of an executor, which stays the caller's to close. Where it
   * rejects a task, the others do its work.
   *
   * @param activation the activation
   * @param executor where all threads but the calling one come from
   * @param threads how many work at most, the calling one included
   * @return the activation
   */
  public static ParallelActivation of(
      InvertedActivation activation, Executor executor, int threads) {
    return new ParallelActivation(activation, executor, threads, LEAST_PART, null);
  }

  /**
   * An activation over threads of its own, which {@link #close} ends.
   *
   * @param activation the activation
   * @param threads how many work at most, the calling one included
   * @return the activation
   */
  public static ParallelActivation of(InvertedActivation activation, int threads) {
    if (threads == 1) {
      return of(activation, Runnable::run, 1);
    }
    ExecutorService own =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1), Thread.ofPlatform().daemon().name("invact-", 1).factory());
    return new ParallelActivation(activation, own, threads, LEAST_PART, own);
  }

  /** Ends the activation's own threads, if it has some. */
  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }

  @Override
  public void forward(
      FloatFormat format, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    long elements = BufferCheck.forward(format, x, y, indicator);
    if (alone(elements) || confined(x) || confined(y) || confined(indicator)) {
      activation.forward(format, x, y, indicator);
      return;
    }
    split(
        elements,
        (from, to) ->
            activation.forward(
                format,
                elements(format, x, from, to),
                elements(format, y, from, to),
                bits(indicator, from, to)));
  }

  @Override
  public void backward(
      FloatFormat format,
      MemorySegment dy,
      MemorySegment y,
      MemorySegment indicator,
      MemorySegment dx) {
    long elements = BufferCheck.backward(format, dy, y, indicator, dx);
    if (alone(elements) || confined(dy) || confined(y) || confined(indicator) || confined(dx)) {
      activation.backward(format, dy, y, indicator, dx);
      return;
    }
    split(
        elements,
        (from, to) ->
            activation.backward(
                format,
                elements(format, dy, from, to),
                elements(format, y, from, to),
                bits(indicator, from, to),
                elements(format, dx, from, to)));
  }

  private boolean alone(long elements) {
    return threads == 1 || elements < 2L * leastPart;
  }

  private static boolean confined(MemorySegment segment) {
    return !segment.isAccessibleBy(STRANGER);
  }

  private static MemorySegment elements(
      FloatFormat format, MemorySegment segment, long from, long to) {
    return segment.asSlice(from * format.bytes(), (to - from) * format.bytes());
  }

  private static MemorySegment bits(MemorySegment indicator, long from, long to) {
    return indicator.asSlice(from / Byte.SIZE, InvertedActivation.indicatorBytes(to - from));
  }

  private void split(long elements, Part part) {
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
      } catch (RejectedExecutionException e) {
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
  private interface Part {
    void run(long from, long to);
  }
}
