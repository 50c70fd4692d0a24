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

  /** Segments 2 and 3, and 6 and 7, have s above these. */
  private final float lowQuarter;

  private final float highQuarter;

  /** At 0 and 4, the same two. */
  private final int[] quarters;

  /** At 0, 2, 4 and 6, the borders of the segments after them. */
  private final int[] eighths;

  private final int[] toSign = Indicator.toSign();

  /** The roots that each segment's powers are about. */
  private final int[] starts;

  /** A table for each power, from the highest. */
  private final int[] coefficients;

  private SegmentedBackward(Lift lift, Table table) {
    this.lift = lift;
    float[] b = table.borders;
    middle = b[4];
    lowQuarter = b[2];
    highQuarter = b[6];
    quarters = Lanes.table(new float[] {b[2], 0, 0, 0, b[6], 0, 0, 0});
    eighths = Lanes.table(new float[] {b[1], 0, b[3], 0, b[5], 0, b[7], 0});
    starts = Lanes.table(table.starts);
    coefficients = Horner.tables(table.coefficients);
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
  public FloatVector derivative(FloatVector y, long bits) {
    FloatVector u = lift.of(y);
    FloatVector r = u.lanewise(VectorOperators.SQRT);
    VectorMask<Float> left;
    IntVector segment;
    if (Lanes.MASKED) {
      left = Indicator.left(Lanes.FLOATS, bits);
      segment = segmentByMasks(r.lanewise(VectorOperators.NEG, left));
    } else {
      IntVector signs = Indicator.leftSigns(bits, toSign);
      left = signs.compare(VectorOperators.LT, 0).cast(Lanes.FLOATS);
      segment =
          segmentBySigns(
              r.reinterpretAsInts()
                  .lanewise(VectorOperators.XOR, signs.and(Integer.MIN_VALUE))
                  .reinterpretAsFloats());
    }
    FloatVector t = r.sub(Horner.select(starts, 0, segment));
    FloatVector g = Horner.degree5(t, coefficients, segment);
    return lift.derivative(g, u, y, left);
  }

  /** The segment of each s, where a mask costs an instruction to make and none to use. */
  IntVector segmentByMasks(FloatVector s) {
    VectorMask<Float> high = s.compare(VectorOperators.GT, middle);
    IntVector half = IntVector.zero(Lanes.INTS).blend(4, high.cast(Lanes.INTS));
    FloatVector border = FloatVector.broadcast(Lanes.FLOATS, lowQuarter).blend(highQuarter, high);
    IntVector quarter = half.add(2, s.compare(VectorOperators.GT, border).cast(Lanes.INTS));
    return quarter.add(
        1, s.compare(VectorOperators.GT, Horner.select(eighths, 0, quarter)).cast(Lanes.INTS));
  }

  /** The same where a blend costs three: s is above a border if the difference is negative. */
  IntVector segmentBySigns(FloatVector s) {
    IntVector half =
        FloatVector.broadcast(Lanes.FLOATS, middle)
            .sub(s)
            .reinterpretAsInts()
            .lanewise(VectorOperators.ASHR, 31)
            .and(4);
    IntVector quarter =
        Horner.select(quarters, 0, half)
            .sub(s)
            .reinterpretAsInts()
            .lanewise(VectorOperators.ASHR, 31)
            .and(2)
            .add(half);
    return Horner.select(eighths, 0, quarter)
        .sub(s)
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHR, 31)
        .add(quarter);
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

    /** For each segment, by falling power. */
    final float[][] coefficients = new float[SEGMENTS][DEGREE + 1];

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
        coefficients[k][DEGREE - j] = pieces.coefficient(s, j);
      }
    }
  }
}
