package invact.runtime.internal;

import static invact.runtime.internal.DtypeElements.requireSame;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link InvertedActivation} takes of memory, and how much it can be given. */
abstract class ResourceContract extends BackendContract {
  ResourceContract(String backendName) {
    super(backendName);
  }

  /** As many rounds as a busy compiler may take, some seconds. */
  private static final int ROUNDS = 300;

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
  @MethodSource("allCases")
  void callsAllocateNothing(Case c) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocations");
    InvertedActivation activation = backend.open(c.set());
    int calls = 10_000;
    try (Arena arena = Arena.ofConfined()) {
      for (GuardedBuffer.Place place : GuardedBuffer.Place.values()) {
        MemorySegment x = new GuardedBuffer(arena, place, 48L * c.dtype().bytes(), 0x5A).segment();
        MemorySegment y = new GuardedBuffer(arena, place, 48L * c.dtype().bytes(), 0x5A).segment();
        MemorySegment indicator = new GuardedBuffer(arena, place.ofIndicator(), 6, 0x5A).segment();
        long limit = place.isNative() && !looksUp(c.dtype()) ? calls : CHECKS * (long) calls;
        long allocated = Long.MAX_VALUE;
        // The first rounds are interpreted: the compiler has others' work to do as well, and
        // compiles a loop anew, up to four times, when the arenas are of another kind.
        for (int round = 0; round < ROUNDS && allocated >= limit; round++) {
          long before = threads.getCurrentThreadAllocatedBytes();
          for (int call = 0; call < calls; call++) {
            activation.forward(c.dtype(), x, y, indicator);
            activation.forward(c.dtype(), y, y, indicator);
            activation.backward(c.dtype(), x, y, indicator, x);
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
   * -Dtest=ScalarContractTest}.
   */
  @Test
  void moreElementsThanAnIntCounts() {
    assumeTrue(Boolean.getBoolean("invact.large"), "asked for with -Dinvact.large=true");
    Case c = new Case(sets().getFirst(), Dtype.BF16);
    InvertedActivation activation = backend.open(c.set());
    long elements = (1L << 31) + 9;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment y = arena.allocate(elements * c.dtype().bytes());
      MemorySegment indicator = arena.allocate(InvertedActivation.indicatorBytes(elements));
      long[] places = {0, (1L << 30) + 1, (1L << 31) - 1, 1L << 31, elements - 1};
      float[] x = {-2.0f, 3.0f, -1.0f, 0.5f, -0.25f};
      y.fill((byte) 0xC0);
      indicator.fill((byte) 0xFF);
      for (int k = 0; k < places.length; k++) {
        GuardedBuffer.set(c.dtype(), y, places[k], x[k]);
      }
      activation.forward(c.dtype(), y, y, indicator);
      for (int k = 0; k < places.length; k++) {
        Element expected = Element.forward(activation, c.dtype(), x[k]);
        requireSame(expected.y(), GuardedBuffer.get(c.dtype(), y, places[k]), "y");
        assertEquals(expected.right(), bit(indicator, places[k]), "indicator");
      }
      assertEquals(1, indicator.get(JAVA_BYTE, elements / Byte.SIZE), "the last byte");
      MemorySegment dx = arena.allocate(elements * c.dtype().bytes());
      dx.fill((byte) 0x3F);
      float dy = GuardedBuffer.get(c.dtype(), dx, 0);
      activation.backward(c.dtype(), dx, y, indicator, dx);
      for (int k = 0; k < places.length; k++) {
        Element element = Element.forward(activation, c.dtype(), x[k]);
        requireSame(
            Element.backward(activation, c.dtype(), dy, element.y(), element.right()),
            GuardedBuffer.get(c.dtype(), dx, places[k]),
            "dx");
      }
    }
  }
}
