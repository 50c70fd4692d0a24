package invact.runtime.internal;

import static invact.runtime.internal.DtypeElements.requireSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import invact.activation.Activations;
import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link GatedUnit} takes of memory, and how much it can be given. */
abstract class GatedResourceContract extends GateContract {
  /** As many rounds as a busy compiler may take, some seconds. */
  private static final int ROUNDS = 300;

  GatedResourceContract(String backendName) {
    super(backendName);
  }

  /**
   * Bytes that a call may take where HotSpot decides: for slices of arrays, whose overlap is
   * checked, and for the index vectors of {@link #looksUp look-ups}. C2 removes them, or not, by
   * what ran before.
   */
  private static final int CHECKS = 1000;

  /** Whether passes in a dtype gather from tables. */
  boolean looksUp(Dtype dtype) {
    return false;
  }

  /** Below one byte a call on native memory: the allocation of a call would be 16 at least. */
  @ParameterizedTest
  @MethodSource("cases")
  void callsAllocateNothing(Case c) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocations");
    GatedUnit unit = backend.gatedUnit(c.f());
    int calls = 10_000;
    try (Arena arena = Arena.ofConfined()) {
      for (GuardedBuffer.Place place : GuardedBuffer.Place.values()) {
        MemorySegment a = buffer(arena, place, c, 48, null).segment();
        MemorySegment b = buffer(arena, place, c, 48, null).segment();
        MemorySegment p = buffer(arena, place, c, 48, null).segment();
        long limit = place.isNative() && !looksUp(c.dtype()) ? calls : CHECKS * (long) calls;
        long allocated = Long.MAX_VALUE;
        // The first rounds are interpreted: the compiler has others' work to do as well, and
        // compiles a loop anew, up to four times, when the arenas are of another kind.
        for (int round = 0; round < ROUNDS && allocated >= limit; round++) {
          long before = threads.getCurrentThreadAllocatedBytes();
          for (int call = 0; call < calls; call++) {
            unit.forward(c.dtype(), a, b, p);
            unit.forward(c.dtype(), a, p, p);
            unit.backward(c.dtype(), b, a, p, b, p);
          }
          allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertTrue(allocated < limit, place + ": " + allocated + " bytes in " + calls + " calls");
      }
    }
  }

  /**
   * Elements beyond 2³¹: takes 9 GB and minutes, {@code
   * JAVA_TOOL_OPTIONS=-XX:MaxDirectMemorySize=10g mvn test -Dinvact.large=true
   * -Dtest=ScalarGatedUnitTest}.
   */
  @Test
  void moreElementsThanAnIntCounts() {
    assumeTrue(Boolean.getBoolean("invact.large"), "asked for with -Dinvact.large=true");
    Case c = new Case(Activations.SILU, Dtype.BF16);
    GatedUnit unit = backend.gatedUnit(c.f());
    long elements = (1L << 31) + 9;
    try (Arena arena = Arena.ofConfined()) {
      // Inputs may overlap, so that a stands for b and dp as well.
      MemorySegment a = arena.allocate(elements * c.dtype().bytes());
      MemorySegment p = arena.allocate(elements * c.dtype().bytes());
      a.fill((byte) 0x3F);
      long[] places = {0, (1L << 30) + 1, (1L << 31) - 1, 1L << 31, elements - 1};
      float[] x = {-2.0f, 3.0f, -1.0f, 0.5f, -0.25f};
      for (int k = 0; k < places.length; k++) {
        GuardedBuffer.set(c.dtype(), a, places[k], x[k]);
      }
      unit.forward(c.dtype(), a, a, p);
      float[] products = new float[x.length];
      for (int k = 0; k < places.length; k++) {
        products[k] = forward(unit, c, x[k], x[k]);
        requireSame(products[k], GuardedBuffer.get(c.dtype(), p, places[k]), "p");
      }
      unit.backward(c.dtype(), a, a, p, a, p);
      for (int k = 0; k < places.length; k++) {
        Gradients expected = Gradients.of(unit, c, x[k], x[k], products[k]);
        requireSame(expected.da(), GuardedBuffer.get(c.dtype(), a, places[k]), "da");
        requireSame(expected.db(), GuardedBuffer.get(c.dtype(), p, places[k]), "db");
      }
    }
  }
}
