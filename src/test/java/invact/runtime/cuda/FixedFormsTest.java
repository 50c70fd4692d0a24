package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.activation.Branch;
import invact.approx.FloatApproximant;
import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import invact.runtime.ScalarActivation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the fast kernels are given, read back as they read it. No GPU is needed. */
class FixedFormsTest {
  static List<CoefficientSet> sets() {
    return DeviceSets.all();
  }

  /** The general kernel is left with what has no kernel of its own. */
  @ParameterizedTest
  @MethodSource("sets")
  void everySetHasAFastKernel(CoefficientSet set) {
    assertEquals(!set.name().endsWith("exponential"), FixedForms.of(set).isPresent());
    // Where σ is near 0, σ + y·(1 − σ) varies with ever smaller y: those tables would be longer.
    assertEquals(FixedForms.areDerivatives(set), OutputTable.of(set).isPresent());
  }

  /** All bf16 outputs but NaN, which the kernel sees to. */
  @ParameterizedTest
  @MethodSource("sets")
  void tableHoldsEveryOutput(CoefficientSet set) {
    OutputTable.of(set).ifPresent(table -> requireEveryOutput(set, table));
  }

  private static void requireEveryOutput(CoefficientSet set, OutputTable table) {
    ScalarActivation scalar = new ScalarActivation(set);
    for (int bits = 0; bits < 1 << 16; bits++) {
      float y = FloatFormat.BF16.decode((short) bits);
      for (Branch branch : Float.isNaN(y) ? new Branch[0] : Branch.values()) {
        float expected = scalar.derivative(branch, FloatFormat.BF16).apply(y);
        assertEquals(expected, tabulated(table, y, branch), () -> branch + " at " + y);
      }
    }
  }

  /** As backward_table.cu finds an entry. */
  private static float tabulated(OutputTable table, float y, Branch branch) {
    int bits = Float.floatToIntBits(y);
    int magnitude = bits & 0x7FFF0000;
    int entry = Math.max(magnitude - (table.before() << 16), Math.min(magnitude, 0x10000));
    entry = Math.min(entry, 4095 << 16);
    int offset = (bits & 0x80000000) + (entry << 3);
    return table.values()[(offset >>> 19) + (branch == Branch.RIGHT ? 8192 : 0)];
  }

  /** Outputs of both branches, at every start of a segment and beside it. */
  @Test
  void segmentsAreFoundByTheirKeys() {
    for (CoefficientSet set : sets()) {
      FixedForms.of(set)
          .filter(FixedSegments.class::isInstance)
          .map(FixedSegments.class::cast)
          .ifPresent(segments -> requireSegments(set, segments));
    }
  }

  private static void requireSegments(CoefficientSet set, FixedSegments segments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(segments.bytes(), 4);
      segments.store(memory, 0);
      for (int i = 0; i <= 100_000; i++) {
        float u = (float) (segments.cutoff() * i / 100_000);
        requireSegment(set, memory, u, Branch.RIGHT);
        requireSegment(
            set, memory, (float) (-set.activation().minimum() * i / 100_000), Branch.LEFT);
      }
      for (FixedSegments.Segment segment : segments.segments()) {
        float u = segment.start() * segment.start();
        for (float near : new float[] {Math.nextDown(u), u, Math.nextUp(u)}) {
          requireSegment(set, memory, Math.max(near, 0), Branch.LEFT);
          requireSegment(set, memory, Math.max(near, 0), Branch.RIGHT);
        }
      }
    }
  }

  /** As backward_fixed.cu finds a segment, and evaluates it. */
  private static void requireSegment(
      CoefficientSet set, MemorySegment memory, float u, Branch branch) {
    float r = (float) Math.sqrt(u);
    int key = branch == Branch.RIGHT ? Float.floatToIntBits(r) : ~Float.floatToIntBits(r);
    int row = 0;
    while (row < 7 && key >= memory.get(JAVA_INT, 4L * row)) {
      row++;
    }
    long low = 28 + 16L * row;
    long high = low + 128;
    float t = r - memory.get(JAVA_FLOAT, high + 8);
    float value = memory.get(JAVA_FLOAT, high + 4);
    for (long at : new long[] {high, low + 12, low + 8, low + 4, low}) {
      value = Math.fma(value, t, memory.get(JAVA_FLOAT, at));
    }
    float expected = FloatApproximant.of(set.piece(branch).approximant().approximant()).value(u);
    assertEquals(expected, value, () -> set.name() + " " + branch + " at u = " + u);
  }
}
