package invact.runtime.vector;

import invact.runtime.FloatSegments;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** {@link FloatSegments}, operation for operation. */
final class SegmentLanes {
  /** Rows of a table before that of c₀. */
  private static final int COEFFICIENTS = 2;

  private SegmentLanes() {}

  /** Registers: {@link FloatSegments#half}, the centres, then the coefficients by power. */
  static int[] table(FloatSegments segments) {
    int[] table = new int[(COEFFICIENTS + FloatSegments.DEGREE + 1) * Lanes.COUNT];
    float[] halves = new float[FloatSegments.COUNT];
    for (int s = 0; s < halves.length; s++) {
      halves[s] = FloatSegments.half(s);
    }
    put(table, 0, halves);
    put(table, 1, segments.centres());
    for (int j = 0; j <= FloatSegments.DEGREE; j++) {
      put(table, COEFFICIENTS + j, segments.coefficients(j));
    }
    return table;
  }

  private static void put(int[] table, int row, float[] values) {
    System.arraycopy(Lanes.table(values), 0, table, row * Lanes.COUNT, Lanes.COUNT);
  }

  /** f(x) for t = |x| in the segments. */
  static FloatVector value(FloatVector x, FloatVector t, float perUnit, int[] table) {
    IntVector segment =
        t.fma(
                FloatVector.broadcast(Lanes.FLOATS, perUnit),
                FloatVector.broadcast(Lanes.FLOATS, FloatSegments.ROUNDER))
            .reinterpretAsInts();
    FloatVector d = t.sub(row(table, 1, segment));
    FloatVector p = row(table, 10, segment);
    p = p.fma(d, row(table, 9, segment));
    p = p.fma(d, row(table, 8, segment));
    p = p.fma(d, row(table, 7, segment));
    p = p.fma(d, row(table, 6, segment));
    p = p.fma(d, row(table, 5, segment));
    p = p.fma(d, row(table, 4, segment));
    p = p.fma(d, row(table, 3, segment));
    FloatVector positive = t.fma(row(table, 0, segment), x.mul(0.5f));
    return p.fma(d, positive.add(row(table, 2, segment)));
  }

  /** The number that a row has for each lane's segment. */
  static FloatVector row(int[] table, int row, IntVector segment) {
    return segment
        .selectFrom(IntVector.fromArray(Lanes.INTS, table, row * Lanes.COUNT))
        .reinterpretAsFloats();
  }
}
