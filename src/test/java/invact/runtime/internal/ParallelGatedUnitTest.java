package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.GatedUnit;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same bits, however many threads there are. */
class ParallelGatedUnitTest {
  private static final GatedUnit SCALAR = Backends.of("scalar").gatedUnit(Activations.SILU);

  @ParameterizedTest
  @EnumSource(names = {"FP32", "BF16", "FP16"})
  void resultsDoNotDependOnTheNumberOfThreads(Dtype dtype) {
    GatedUnit vector = Backends.of("vector").gatedUnit(Activations.SILU);
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int length : new int[] {0, 1, 1023, 1024, 1025, 4096, 10_000, 65_537}) {
        for (int threads : new int[] {1, 2, 3, 7}) {
          requireSame(
              dtype, length, new ParallelGatedUnit(vector, WorkSplit.of(pool, threads, 512)));
        }
      }
    }
  }

  @Test
  void partsOfTheDefaultSize() {
    try (ParallelGatedUnit two = ParallelGatedUnit.of(SCALAR, 2)) {
      assertEquals(Activations.SILU, two.activation());
      requireSame(Dtype.FP32, 5 * WorkSplit.LEAST_PART + 3, two);
    }
  }

  private static void requireSame(Dtype dtype, int length, GatedUnit parallel) {
    try (Arena arena = Arena.ofShared()) {
      Random random = new Random(length);
      MemorySegment a = normal(arena, dtype, length, random);
      MemorySegment b = normal(arena, dtype, length, random);
      MemorySegment dp = normal(arena, dtype, length, random);
      MemorySegment[] p = new MemorySegment[2];
      MemorySegment[] da = new MemorySegment[2];
      MemorySegment[] db = new MemorySegment[2];
      for (int k = 0; k < 2; k++) {
        GatedUnit unit = k == 0 ? SCALAR : parallel;
        p[k] = arena.allocate(a.byteSize(), 64);
        da[k] = arena.allocate(a.byteSize(), 64);
        db[k] = arena.allocate(a.byteSize(), 64);
        unit.forward(dtype, a, b, p[k]);
        MemorySegment kept = GatedUnit.keepsProduct(dtype) ? p[k] : b;
        unit.backward(dtype, dp, a, kept, da[k], db[k]);
      }
      assertEquals(-1, p[0].mismatch(p[1]), "p");
      assertEquals(-1, da[0].mismatch(da[1]), "da");
      assertEquals(-1, db[0].mismatch(db[1]), "db");
    }
  }

  private static MemorySegment normal(Arena arena, Dtype dtype, int length, Random random) {
    MemorySegment segment = arena.allocate((long) length * dtype.bytes(), 64);
    for (int i = 0; i < length; i++) {
      GuardedBuffer.set(dtype, segment, i, (float) random.nextGaussian());
    }
    return segment;
  }

  @Test
  void longBuffersGoToSeveralThreads() {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    GatedUnit spy = new Spy(seen);
    float[] x = new float[8 * WorkSplit.LEAST_PART];
    try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
      ParallelGatedUnit parallel = ParallelGatedUnit.of(spy, pool, 2);
      parallel.forward(x, x, x);
      assertEquals(2, seen.size());
      seen.clear();
      parallel.backward(x, x, x, x, new float[x.length]);
      assertEquals(2, seen.size());
    }
  }

  /** Segments of one thread stay with it. */
  @Test
  void confinedSegmentsStayWithTheirThread() {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    float[] x = new float[8 * WorkSplit.LEAST_PART];
    try (Arena arena = Arena.ofConfined();
        ParallelGatedUnit parallel = ParallelGatedUnit.of(new Spy(seen), 2)) {
      MemorySegment confined = arena.allocate(4L * x.length, 64);
      parallel.forward(Dtype.FP32, MemorySegment.ofArray(x), confined, MemorySegment.ofArray(x));
      parallel.backward(
          Dtype.FP32,
          MemorySegment.ofArray(x),
          MemorySegment.ofArray(x),
          MemorySegment.ofArray(x),
          MemorySegment.ofArray(x),
          confined);
    }
    assertEquals(Set.of(Thread.currentThread()), seen);
  }

  /** Keeps each thread long enough for the other to come. */
  private record Spy(Set<Thread> seen) implements GatedUnit {
    @Override
    public Activation activation() {
      return Activations.SILU;
    }

    @Override
    public void forward(Dtype dtype, MemorySegment a, MemorySegment b, MemorySegment p) {
      look();
    }

    @Override
    public void backward(
        Dtype dtype,
        MemorySegment dp,
        MemorySegment a,
        MemorySegment kept,
        MemorySegment da,
        MemorySegment db) {
      look();
    }

    private void look() {
      seen.add(Thread.currentThread());
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
