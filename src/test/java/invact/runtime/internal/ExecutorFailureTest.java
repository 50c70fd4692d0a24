package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.coefficients.internal.ShippedSets;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.GatedUnit;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever an executor does, results are whole when a call returns, and nothing is written after it
 * has returned or thrown.
 */
class ExecutorFailureTest {
  /** Beyond the call's end: late tasks would have begun by then. */
  private static final long LOOKING_MILLIS = 1000;

  private static final int THREADS = 4;
  private static final int LENGTH = 16 * WorkSplit.LEAST_PART + 5;

  private static final InvertedActivation ACTIVATION =
      Backends.of("scalar").open(ShippedSets.load("gelu-fp32"));
  private static final GatedUnit UNIT = Backends.of("scalar").gatedUnit(Activations.SILU);

  /** An executor of threads that the test can wait for. */
  private static final class Workers implements Executor {
    private final List<Thread> threads = new ArrayList<>();
    private final Function<Workers, Executor> behaviour;
    private final AtomicInteger calls = new AtomicInteger();

    Workers(Function<Workers, Executor> behaviour) {
      this.behaviour = behaviour;
    }

    @Override
    public void execute(Runnable task) {
      calls.incrementAndGet();
      behaviour.apply(this).execute(task);
    }

    void start(Runnable task) {
      threads.add(Thread.ofPlatform().daemon().start(task));
    }

    /** After some milliseconds: for most of the time behind the end of the call. */
    void startLate(Runnable task, long millis) {
      start(() -> {
        sleep(millis);
        task.run();
      });
    }

    /** Runs the first task, and fails with the next. */
    Executor firstOnly(Runnable failure) {
      return task -> {
        if (calls.get() > 1) {
          failure.run();
        }
        start(task);
      };
    }
  }

  /**
   * An executor.
   *
   * @param name what it does
   * @param behaviour what a call of it does
   */
  private record Case(String name, Function<Workers, Executor> behaviour) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> executors() {
    return Stream.of(
        new Case("rejects", _ -> _ -> fail(new RejectedExecutionException("full"))),
        new Case("has an error of its own", _ -> _ -> fail(new IllegalStateException("no"))),
        new Case("has no thread", _ -> _ -> fail(new OutOfMemoryError("native thread"))),
        new Case("has one thread", w -> w.firstOnly(() -> fail(new OutOfMemoryError("thread")))),
        new Case("fails later", w -> w.firstOnly(() -> fail(new NullPointerException("queue")))),
        new Case("fails an assertion", w -> w.firstOnly(() -> fail(new AssertionError("state")))),
        new Case(
            "runs and then throws",
            w ->
                task -> {
                  w.start(task);
                  fail(new IllegalStateException("after the start"));
                }),
        new Case(
            "runs at once and then throws",
            _ ->
                task -> {
                  task.run();
                  fail(new OutOfMemoryError("after the task"));
                }),
        new Case("drops tasks", _ -> _ -> {}),
        new Case("runs at once", _ -> Runnable::run),
        new Case(
            "runs tasks twice",
            w ->
                task -> {
                  w.start(task);
                  w.start(task);
                }),
        new Case("runs tasks late", w -> task -> w.startLate(task, 300)),
        new Case("runs tasks a little late", w -> task -> w.startLate(task, 5)));
  }

  private static void fail(Throwable failure) {
    switch (failure) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  @ParameterizedTest
  @MethodSource("executors")
  void resultsAreWholeAndStay(Case c) throws InterruptedException {
    Workers workers = new Workers(c.behaviour);
    List<MemorySegment> given = new ArrayList<>();
    List<byte[]> expected = new ArrayList<>();
    for (Dtype dtype : new Dtype[] {Dtype.FP32, Dtype.BF16, Dtype.FP16}) {
      expected.addAll(bytes(passes(dtype, ACTIVATION, UNIT)));
      List<MemorySegment> outputs =
          passes(
              dtype,
              ParallelActivation.of(ACTIVATION, workers, THREADS),
              ParallelGatedUnit.of(UNIT, workers, THREADS));
      given.addAll(outputs);
    }
    // From here on the buffers are the caller's alone: what is in them stays.
    for (int k = 0; k < given.size(); k++) {
      assertArrayEquals(expected.get(k), bytes(given.get(k)), "output " + k);
      given.get(k).fill((byte) 0x55);
    }
    requireUntouched(given);
    for (Thread thread : workers.threads) {
      thread.join();
    }
    requireAll(given, (byte) 0x55);
  }

  /** Forward and backward pass of both, and their outputs. */
  private static List<MemorySegment> passes(
      Dtype dtype, InvertedActivation activation, GatedUnit unit) {
    MemorySegment x = tensor(dtype, 3);
    MemorySegment dy = tensor(dtype, 5);
    MemorySegment y = tensor(dtype, 0);
    MemorySegment bits =
        MemorySegment.ofArray(new byte[(int) InvertedActivation.indicatorBytes(LENGTH)]);
    MemorySegment dx = tensor(dtype, 0);
    activation.forward(dtype, x, y, bits);
    activation.backward(dtype, dy, y, bits, dx);
    MemorySegment p = tensor(dtype, 0);
    MemorySegment da = tensor(dtype, 0);
    MemorySegment db = tensor(dtype, 0);
    unit.forward(dtype, x, dy, p);
    unit.backward(dtype, dy, x, GatedUnit.keepsProduct(dtype) ? p : dy, da, db);
    return List.of(y, bits, dx, p, da, db);
  }

  private static MemorySegment tensor(Dtype dtype, int step) {
    MemorySegment tensor =
        dtype == Dtype.FP32
            ? MemorySegment.ofArray(new float[LENGTH])
            : MemorySegment.ofArray(new short[LENGTH]);
    for (int i = 0; i < LENGTH; i++) {
      GuardedBuffer.set(dtype, tensor, i, step * (i % 97 - 48) / 64f);
    }
    return tensor;
  }

  private static List<byte[]> bytes(List<MemorySegment> segments) {
    return segments.stream().map(ExecutorFailureTest::bytes).toList();
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  private static void requireUntouched(List<MemorySegment> buffers) {
    for (long t = 0; t < LOOKING_MILLIS; t += 100) {
      sleep(100);
      requireAll(buffers, (byte) 0x55);
    }
  }

  private static void requireAll(List<MemorySegment> buffers, byte value) {
    for (MemorySegment buffer : buffers) {
      MemorySegment expected = MemorySegment.ofArray(new byte[(int) buffer.byteSize()]);
      assertEquals(-1, expected.fill(value).mismatch(buffer), "written after the call");
    }
  }

  /** A part that fails: the call throws when all parts that had begun are done. */
  @Test
  void nothingIsWrittenAfterAFailure() {
    AtomicInteger parts = new AtomicInteger();
    InvertedActivation failing =
        new Passes((x, y) -> {
          if (parts.getAndIncrement() > 0) {
            throw new IllegalStateException("any part but the first");
          }
          sleep(200);
          y.fill((byte) 1);
        });
    Workers workers = new Workers(w -> w::start);
    MemorySegment out = MemorySegment.ofArray(new float[LENGTH]);
    MemorySegment bits =
        MemorySegment.ofArray(new byte[(int) InvertedActivation.indicatorBytes(LENGTH)]);
    assertThrows(
        IllegalStateException.class,
        () ->
            ParallelActivation.of(failing, workers, THREADS)
                .forward(Dtype.FP32, MemorySegment.ofArray(new float[LENGTH]), out, bits));
    out.fill((byte) 0x55);
    requireUntouched(List.of(out));
  }

  /** An interrupt does not end the wait, and is not lost. */
  @Test
  void interruptedCallersWait() {
    InvertedActivation slow =
        new Passes((x, y) -> {
          long end = System.nanoTime() + 20_000_000;
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          y.fill((byte) 1);
        });
    Workers workers = new Workers(w -> w::start);
    MemorySegment out = MemorySegment.ofArray(new float[LENGTH]);
    MemorySegment bits =
        MemorySegment.ofArray(new byte[(int) InvertedActivation.indicatorBytes(LENGTH)]);
    Thread.currentThread().interrupt();
    ParallelActivation.of(slow, workers, THREADS)
        .forward(Dtype.FP32, MemorySegment.ofArray(new float[LENGTH]), out, bits);
    assertTrue(Thread.interrupted(), "the interrupt is kept");
    assertFalse(Thread.currentThread().isInterrupted());
    requireAll(List.of(out), (byte) 1);
    out.fill((byte) 0x55);
    requireUntouched(List.of(out));
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A forward pass of the test's own. */
  private record Passes(BiConsumer<MemorySegment, MemorySegment> pass)
      implements InvertedActivation {
    @Override
    public void forward(Dtype dtype, MemorySegment x, MemorySegment y, MemorySegment indicator) {
      pass.accept(x, y);
    }

    @Override
    public void backward(
        Dtype dtype, MemorySegment dy, MemorySegment y, MemorySegment indicator, MemorySegment dx) {
      pass.accept(y, dx);
    }
  }
}
