package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same bits, however many threads there are and whatever they may do. */
class ParallelActivationTest {
  private static final CoefficientSet SET = MinimaxSets.SEGMENTED.getFirst();
  private static final InvertedActivation SCALAR = Backends.of("scalar").open(SET);

  @ParameterizedTest
  @EnumSource(names = {"FP32", "BF16", "FP16"})
  void resultsDoNotDependOnTheNumberOfThreads(Dtype dtype) {
    InvertedActivation vector = Backends.of("vector").open(SET);
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int length : new int[] {0, 1, 1023, 1024, 1025, 4096, 10_000, 65_537}) {
        for (int threads : new int[] {1, 2, 3, 7}) {
          requireSame(
              dtype, length, new ParallelActivation(vector, WorkSplit.of(pool, threads, 512)));
        }
      }
    }
  }

  @Test
  void partsOfTheDefaultSize() {
    try (ParallelActivation two = ParallelActivation.of(SCALAR, 2)) {
      requireSame(Dtype.FP32, 5 * WorkSplit.LEAST_PART + 3, two);
    }
  }

  private static void requireSame(Dtype dtype, int length, InvertedActivation parallel) {
    try (Arena arena = Arena.ofShared()) {
      Random random = new Random(length);
      MemorySegment x = arena.allocate((long) length * dtype.bytes(), 64);
      MemorySegment dy = arena.allocate(x.byteSize(), 64);
      for (int i = 0; i < length; i++) {
        GuardedBuffer.set(dtype, x, i, (float) (3 * random.nextGaussian()));
        GuardedBuffer.set(dtype, dy, i, (float) random.nextGaussian());
      }
      MemorySegment[] y = new MemorySegment[2];
      MemorySegment[] bits = new MemorySegment[2];
      MemorySegment[] dx = new MemorySegment[2];
      for (int k = 0; k < 2; k++) {
        InvertedActivation activation = k == 0 ? SCALAR : parallel;
        y[k] = arena.allocate(x.byteSize(), 64);
        dx[k] = arena.allocate(x.byteSize(), 64);
        bits[k] = arena.allocate(InvertedActivation.indicatorBytes(length), 64);
        activation.forward(dtype, x, y[k], bits[k]);
        activation.backward(dtype, dy, y[k], bits[k], dx[k]);
      }
      assertEquals(-1, y[0].mismatch(y[1]), "y");
      assertEquals(-1, bits[0].mismatch(bits[1]), "indicator");
      assertEquals(-1, dx[0].mismatch(dx[1]), "dx");
    }
  }

  @Test
  void longBuffersGoToSeveralThreads() {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    InvertedActivation spy =
        new Spy(() -> {
          seen.add(Thread.currentThread());
          try {
            Thread.sleep(20);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
      run(ParallelActivation.of(spy, pool, 2), 8 * WorkSplit.LEAST_PART);
    }
    assertEquals(2, seen.size());
  }

  @Test
  void threadsOfTheExecutorMayCall() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
      ParallelActivation parallel = ParallelActivation.of(SCALAR, pool, 2);
      Future<?> call = pool.submit(() -> run(parallel, 4 * WorkSplit.LEAST_PART));
      call.get();
    }
  }

  @Test
  void executorMayRefuse() {
    ParallelActivation parallel =
        ParallelActivation.of(
            SCALAR,
            task -> {
              throw new RejectedExecutionException();
            },
            2);
    requireSame(Dtype.FP32, 4 * WorkSplit.LEAST_PART, parallel);
  }

  @Test
  void failureOfAPartIsTheCallers() {
    InvertedActivation failing =
        new Spy(() -> {
          throw new IllegalStateException("no");
        });
    try (ParallelActivation parallel = ParallelActivation.of(failing, 2)) {
      assertEquals(
          "no",
          assertThrows(IllegalStateException.class, () -> run(parallel, 4 * WorkSplit.LEAST_PART))
              .getMessage());
    }
  }

  @Test
  void noThreadsAreRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> ParallelActivation.of(SCALAR, Runnable::run, 0))
            .getMessage();
    assertTrue(message.startsWith("threads"), message);
  }

  private static void run(InvertedActivation activation, int length) {
    float[] x = new float[length];
    byte[] bits = new byte[(int) InvertedActivation.indicatorBytes(length)];
    activation.forward(x, x, bits);
  }

  private record Spy(Runnable action) implements InvertedActivation {
    @Override
    public void forward(Dtype dtype, MemorySegment x, MemorySegment y, MemorySegment indicator) {
      action.run();
    }

    @Override
    public void backward(
        Dtype dtype, MemorySegment dy, MemorySegment y, MemorySegment indicator, MemorySegment dx) {
      action.run();
    }
  }
}
