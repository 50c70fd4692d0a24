package invact.runtime.vector;

import invact.approx.FloatApproximant;
import invact.runtime.FloatDerivative;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * g(y, S) where both branches are polynomials, whole or segmented, that have no more than eight
 * segments together and no degree above five.
 *
 * <p>The segments stand in the order of the signed root s, −√u on the left and √u on the right,
 * which is never 0. One table of eight holds a coefficient of all of them. Three comparisons of s
 * with borders, the second and third with one that those before have picked, give the number of its
 * segment, whose coefficients are then permuted from the tables: no branch, and one root an
 * element.
 */
final class SegmentedBackward implements BackwardKernel {
  private static final int SEGMENTS = 8;
  private static final int DEGREE = 5;

  private final Lift lift;

  /** Segment 4 and those after it have s above this. */
  private final float middle;

  /** At 0 and 4, the borders of segments 2 and 6. */
  private final int[] quarters;

  /** At 0, 2, 4 and 6, the borders of the segments after them. */
  private final int[] eighths;

  /** The roots that each segment's powers are about. */
  private final int[] starts;

  /** A table for each power, from the power 0. */
  private final int[] coefficients;

  private SegmentedBackward(Lift lift, Table table) {
    this.lift = lift;
    float[] b = table.borders;
    middle = b[4];
    quarters = Lanes.table(new float[] {b[2], 0, 0, 0, b[6], 0, 0, 0});
    eighths = Lanes.table(new float[] {b[1], 0, b[3], 0, b[5], 0, b[7], 0});
    starts = Lanes.table(table.starts);
    coefficients = new int[(DEGREE + 1) * Lanes.COUNT];
    for (int j = 0; j <= DEGREE; j++) {
      int[] lanes = Lanes.table(table.coefficients[j]);
      System.arraycopy(lanes, 0, coefficients, j * Lanes.COUNT, Lanes.COUNT);
    }
  }

  /**
   * The kernel for two branches.
   *
   * @return null if it cannot do them bit for bit
   */
  static SegmentedBackward of(FloatDerivative left, FloatDerivative right) {
    Pieces leftPieces = Pieces.of(left);
    Pieces rightPieces = Pieces.of(right);
    if (leftPieces == null
        || rightPieces == null
        || leftPieces.count + rightPieces.count > SEGMENTS) {
      return null;
    }
    Lift lift = Lift.of(left, leftPieces.cutoff, right, rightPieces.cutoff);
    return lift == null ? null : new SegmentedBackward(lift, new Table(leftPieces, rightPieces));
  }

  @Override
  public FloatVector derivative(FloatVector y, VectorMask<Float> right) {
    FloatVector u = lift.of(y);
    FloatVector r = u.lanewise(VectorOperators.SQRT);
    FloatVector s = r.neg().blend(r, right);
    IntVector segment =
        IntVector.zero(Lanes.INTS).blend(4, s.compare(VectorOperators.GT, middle).cast(Lanes.INTS));
    segment =
        segment.blend(
            segment.add(2),
            s.compare(VectorOperators.GT, select(quarters, 0, segment)).cast(Lanes.INTS));
    segment =
        segment.blend(
            segment.add(1),
            s.compare(VectorOperators.GT, select(eighths, 0, segment)).cast(Lanes.INTS));
    FloatVector t = r.sub(select(starts, 0, segment));
    FloatVector g = select(coefficients, 5 * Lanes.COUNT, segment);
    g = g.fma(t, select(coefficients, 4 * Lanes.COUNT, segment));
    g = g.fma(t, select(coefficients, 3 * Lanes.COUNT, segment));
    g = g.fma(t, select(coefficients, 2 * Lanes.COUNT, segment));
    g = g.fma(t, select(coefficients, Lanes.COUNT, segment));
    g = g.fma(t, select(coefficients, 0, segment));
    return lift.derivative(g, u, y, right);
  }

  private static FloatVector select(int[] tables, int first, IntVector segment) {
    return segment.selectFrom(IntVector.fromArray(Lanes.INTS, tables, first)).reinterpretAsFloats();
  }

  /** A branch's segments, outwards from T. */
  private record Pieces(int count, int degree, float cutoff, float[] starts, float[] c, int first) {
    static Pieces of(FloatDerivative derivative) {
      Pieces pieces =
          switch (derivative.q()) {
            case FloatApproximant.Polynomial p ->
                new Pieces(1, p.degree(), p.cutoff(), new float[] {p.centre()}, p.c(), 0);
            case FloatApproximant.Segmented p -> {
              float[] starts = new float[p.segments()];
              System.arraycopy(p.c(), 0, starts, 1, p.segments() - 1);
              yield new Pieces(
                  p.segments(), p.degree(), p.cutoff(), starts, p.c(), p.segments() - 1);
            }
            default -> null;
          };
      return pieces != null && pieces.fits() ? pieces : null;
    }

    /**
     * Whether leading zeros leave Horner's scheme alone, which fma(0, t, −0) = +0 does not, and
     * borders ascend.
     */
    private boolean fits() {
      if (degree > DEGREE || count > SEGMENTS) {
        return false;
      }
      for (int s = 0; s < count; s++) {
        if (Float.floatToIntBits(coefficient(s, degree)) == Float.floatToIntBits(-0.0f)) {
          return false;
        }
        if (s > 0 && !(starts[s] > (s == 1 ? 0 : starts[s - 1]))) {
          return false;
        }
      }
      return true;
    }

    float coefficient(int segment, int power) {
      return c[first + segment * (degree + 1) + power];
    }
  }

  /** The segments of both branches in the order of s. */
  private static final class Table {
    /** Segment k begins above borders[k]; above no number if there is no such segment. */
    final float[] borders = new float[SEGMENTS];

    final float[] starts = new float[SEGMENTS];
    final float[][] coefficients = new float[DEGREE + 1][SEGMENTS];

    Table(Pieces left, Pieces right) {
      Arrays.fill(borders, Float.POSITIVE_INFINITY);
      for (int s = 0; s < left.count; s++) {
        int k = left.count - 1 - s;
        // r below the start of the next one outwards: s above its negation.
        borders[k] = s == left.count - 1 ? Float.NEGATIVE_INFINITY : -left.starts[s + 1];
        store(left, s, k);
      }
      for (int s = 0; s < right.count; s++) {
        int k = left.count + s;
        borders[k] = s == 0 ? 0.0f : Math.nextDown(right.starts[s]);
        store(right, s, k);
      }
    }

    private void store(Pieces pieces, int s, int k) {
      starts[k] = pieces.starts[s];
      for (int j = 0; j <= pieces.degree; j++) {
        coefficients[j][k] = pieces.coefficient(s, j);
      }
    }
  }
}
