package invact.runtime.vector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import invact.approx.FloatApproximant;
import invact.math.FloatFormat;
import invact.runtime.FloatDerivative;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * g(y, S) where both branches are polynomials, whole or segmented, that have no more than eight
 * segments together and no degree above five.
 *
 * <p>One table of eight holds a coefficient of all segments, those of the left branch first, each
 * branch outwards from T. The bits of r = √u, with the sign bit set on the left, are an int that
 * grows from each segment to the next; three comparisons with the borders, each with one that the
 * comparisons before it have picked, give the number of the segment. Its coefficients are then
 * permuted from the tables, so that there is no branch, and one root an element.
 */
final class SegmentedBackward implements BackwardKernel {
  private static final int SEGMENTS = 8;
  private static final int DEGREE = 5;
  private final float minimum;

  /** The right branch's cut-off; finite, so that an infinite lift is beyond it. */
  private final float cutoff;

  /** borders[s] is one less than the key at which segment s starts. */
  private final int[] borders = new int[SEGMENTS];

  private final int[] starts = new int[SEGMENTS];

  /** coefficients[j] are those of the power j. */
  private final int[][] coefficients = new int[DEGREE + 1][SEGMENTS];

  private final int[] shiftsLanes;
  private final int[] quartersLanes;
  private final int[] eighthsLanes;
  private final int[] startLanes;
  private final int[] c0Lanes;
  private final int[] c1Lanes;
  private final int[] c2Lanes;
  private final int[] c3Lanes;
  private final int[] c4Lanes;
  private final int[] c5Lanes;

  private SegmentedBackward(float minimum, Pieces left, Pieces right) {
    this.minimum = minimum;
    cutoff = Math.min(right.cutoff, Float.MAX_VALUE);
    Arrays.fill(borders, Integer.MAX_VALUE);
    left.store(this, 0, Integer.MIN_VALUE);
    right.store(this, left.count, 0);
    shiftsLanes = Lanes.topShifts();
    quartersLanes = Lanes.table(new int[] {borders[2], 0, 0, 0, borders[6], 0, 0, 0});
    eighthsLanes =
        Lanes.table(new int[] {borders[1], 0, borders[3], 0, borders[5], 0, borders[7], 0});
    startLanes = Lanes.table(starts);
    c0Lanes = Lanes.table(coefficients[0]);
    c1Lanes = Lanes.table(coefficients[1]);
    c2Lanes = Lanes.table(coefficients[2]);
    c3Lanes = Lanes.table(coefficients[3]);
    c4Lanes = Lanes.table(coefficients[4]);
    c5Lanes = Lanes.table(coefficients[5]);
  }

  /**
   * The kernel for two branches.
   *
   * @return null if it cannot do them bit for bit
   */
  static SegmentedBackward of(FloatDerivative left, FloatDerivative right) {
    Pieces leftPieces = Pieces.of(left.q());
    Pieces rightPieces = Pieces.of(right.q());
    float depth = -left.minimum();
    boolean able =
        leftPieces != null
            && rightPieces != null
            && leftPieces.count + rightPieces.count <= SEGMENTS
            && leftPieces.cutoff >= depth
            && rightPieces.cutoff >= depth;
    return able ? new SegmentedBackward(left.minimum(), leftPieces, rightPieces) : null;
  }

  /** A branch's segments. */
  private record Pieces(int count, int degree, float cutoff, float[] starts, float[] c, int first) {
    static Pieces of(FloatApproximant q) {
      Pieces pieces =
          switch (q) {
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
        float leading = c[first + s * (degree + 1) + degree];
        if (Float.floatToIntBits(leading) == Float.floatToIntBits(-0.0f)) {
          return false;
        }
        if (s > 0 && !(starts[s] > (s == 1 ? 0 : starts[s - 1]))) {
          return false;
        }
      }
      return true;
    }

    private void store(SegmentedBackward kernel, int segment, int sign) {
      for (int s = 0; s < count; s++) {
        if (segment + s > 0) {
          int key = s == 0 ? sign : Float.floatToIntBits(starts[s]) | sign;
          kernel.borders[segment + s] = key - 1;
        }
        kernel.starts[segment + s] = Float.floatToIntBits(starts[s]);
        for (int j = 0; j <= degree; j++) {
          kernel.coefficients[j][segment + s] =
              Float.floatToIntBits(c[first + s * (degree + 1) + j]);
        }
      }
    }
  }

  @Override
  public void run(
      FloatFormat format,
      MemorySegment dys,
      MemorySegment ys,
      MemorySegment indicator,
      MemorySegment dxs,
      long from,
      long to) {
    final FloatVector f = FloatVector.broadcast(Lanes.FLOATS, minimum);
    final FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    final FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1.0f);
    final FloatVector cut = FloatVector.broadcast(Lanes.FLOATS, cutoff);
    final IntVector shifts = IntVector.fromArray(Lanes.INTS, shiftsLanes, 0);
    final IntVector top = IntVector.broadcast(Lanes.INTS, Integer.MIN_VALUE);
    final IntVector middle = IntVector.broadcast(Lanes.INTS, borders[4]);
    final IntVector quarters = IntVector.fromArray(Lanes.INTS, quartersLanes, 0);
    final IntVector eighths = IntVector.fromArray(Lanes.INTS, eighthsLanes, 0);
    final IntVector start = IntVector.fromArray(Lanes.INTS, startLanes, 0);
    final IntVector c0 = IntVector.fromArray(Lanes.INTS, c0Lanes, 0);
    final IntVector c1 = IntVector.fromArray(Lanes.INTS, c1Lanes, 0);
    final IntVector c2 = IntVector.fromArray(Lanes.INTS, c2Lanes, 0);
    final IntVector c3 = IntVector.fromArray(Lanes.INTS, c3Lanes, 0);
    final IntVector c4 = IntVector.fromArray(Lanes.INTS, c4Lanes, 0);
    final IntVector c5 = IntVector.fromArray(Lanes.INTS, c5Lanes, 0);
    final float[] dysFloats = Lanes.floats(dys);
    final float[] ysFloats = Lanes.floats(ys);
    final float[] dxsFloats = Lanes.floats(dxs);
    final short[] dysShorts = Lanes.shorts(dys);
    final short[] ysShorts = Lanes.shorts(ys);
    final short[] dxsShorts = Lanes.shorts(dxs);
    final int dysStart = Lanes.start(format, dys);
    final int ysStart = Lanes.start(format, ys);
    final int dxsStart = Lanes.start(format, dxs);
    final boolean floats = dysFloats != null && ysFloats != null && dxsFloats != null;
    final boolean shorts = dysShorts != null && ysShorts != null && dxsShorts != null;
    for (long i = from; i < to; i += Lanes.COUNT) {
      FloatVector y;
      FloatVector dy;
      if (format == FloatFormat.FP32) {
        y =
            floats
                ? FloatVector.fromArray(Lanes.FLOATS, ysFloats, (int) i + ysStart)
                : FloatVector.fromMemorySegment(Lanes.FLOATS, ys, i << 2, Lanes.ORDER);
        dy =
            floats
                ? FloatVector.fromArray(Lanes.FLOATS, dysFloats, (int) i + dysStart)
                : FloatVector.fromMemorySegment(Lanes.FLOATS, dys, i << 2, Lanes.ORDER);
      } else {
        IntVector yBits =
            (IntVector)
                (shorts
                        ? ShortVector.fromArray(Lanes.SHORTS, ysShorts, (int) i + ysStart)
                        : ShortVector.fromMemorySegment(Lanes.SHORTS, ys, i << 1, Lanes.ORDER))
                    .convertShape(VectorOperators.S2I, Lanes.INTS, 0);
        IntVector dyBits =
            (IntVector)
                (shorts
                        ? ShortVector.fromArray(Lanes.SHORTS, dysShorts, (int) i + dysStart)
                        : ShortVector.fromMemorySegment(Lanes.SHORTS, dys, i << 1, Lanes.ORDER))
                    .convertShape(VectorOperators.S2I, Lanes.INTS, 0);
        if (format == FloatFormat.BF16) {
          y = yBits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
          dy = dyBits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        } else {
          FloatVector ySize =
              yBits
                  .and(Half.SIZE)
                  .lanewise(VectorOperators.LSHL, Half.SHIFT)
                  .reinterpretAsFloats()
                  .mul(Half.SCALE);
          IntVector ySpecial =
              IntVector.zero(Lanes.INTS)
                  .blend(
                      Half.FP32_INFINITY,
                      ySize.compare(VectorOperators.GE, Half.BEYOND).cast(Lanes.INTS));
          y =
              ySize
                  .reinterpretAsInts()
                  .or(ySpecial)
                  .or(yBits.and(Integer.MIN_VALUE))
                  .reinterpretAsFloats();
          FloatVector dySize =
              dyBits
                  .and(Half.SIZE)
                  .lanewise(VectorOperators.LSHL, Half.SHIFT)
                  .reinterpretAsFloats()
                  .mul(Half.SCALE);
          IntVector dySpecial =
              IntVector.zero(Lanes.INTS)
                  .blend(
                      Half.FP32_INFINITY,
                      dySize.compare(VectorOperators.GE, Half.BEYOND).cast(Lanes.INTS));
          dy =
              dySize
                  .reinterpretAsInts()
                  .or(dySpecial)
                  .or(dyBits.and(Integer.MIN_VALUE))
                  .reinterpretAsFloats();
        }
      }
      FloatVector u = y.sub(f);
      u = u.blend(zero, u.compare(VectorOperators.LT, zero));
      FloatVector r = u.lanewise(VectorOperators.SQRT);
      int bits =
          Lanes.COUNT == 16
              ? indicator.get(Lanes.TWO_BYTES, i >> 3)
              : indicator.get(JAVA_BYTE, i >> 3);
      IntVector left =
          IntVector.broadcast(Lanes.INTS, ~bits).lanewise(VectorOperators.LSHL, shifts).and(top);
      IntVector key = r.reinterpretAsInts().or(left);
      IntVector s = IntVector.zero(Lanes.INTS).blend(4, key.compare(VectorOperators.GT, middle));
      s = s.blend(s.add(2), key.compare(VectorOperators.GT, s.selectFrom(quarters)));
      s = s.blend(s.add(1), key.compare(VectorOperators.GT, s.selectFrom(eighths)));
      FloatVector t = r.sub(s.selectFrom(start).reinterpretAsFloats());
      FloatVector g = s.selectFrom(c5).reinterpretAsFloats();
      g = g.fma(t, s.selectFrom(c4).reinterpretAsFloats());
      g = g.fma(t, s.selectFrom(c3).reinterpretAsFloats());
      g = g.fma(t, s.selectFrom(c2).reinterpretAsFloats());
      g = g.fma(t, s.selectFrom(c1).reinterpretAsFloats());
      g = g.fma(t, s.selectFrom(c0).reinterpretAsFloats());
      g = g.blend(one, u.compare(VectorOperators.GT, cut));
      g =
          g.blend(
              zero,
              y.compare(VectorOperators.GE, zero)
                  .and(left.compare(VectorOperators.NE, 0).cast(Lanes.FLOATS)));
      FloatVector dx = dy.mul(g);
      if (format == FloatFormat.FP32) {
        if (floats) {
          dx.intoArray(dxsFloats, (int) i + dxsStart);
        } else {
          dx.intoMemorySegment(dxs, i << 2, Lanes.ORDER);
        }
      } else {
        IntVector wide = dx.reinterpretAsInts();
        IntVector size = wide.and(Integer.MAX_VALUE);
        IntVector rounded;
        if (format == FloatFormat.BF16) {
          rounded =
              size.add(size.lanewise(VectorOperators.LSHR, 16).and(1))
                  .add(0x7FFF)
                  .lanewise(VectorOperators.LSHR, 16)
                  .blend(0x7FC0, size.compare(VectorOperators.GT, Half.FP32_INFINITY));
        } else {
          IntVector subnormal =
              size.reinterpretAsFloats().add(0.5f).reinterpretAsInts().sub(Half.ONE_HALF);
          rounded =
              size.add(size.lanewise(VectorOperators.LSHR, Half.SHIFT).and(1))
                  .add(Half.ROUNDING)
                  .lanewise(VectorOperators.LSHR, Half.SHIFT)
                  .blend(subnormal, size.compare(VectorOperators.LT, Half.LEAST_NORMAL))
                  .blend(0x7C00, size.compare(VectorOperators.GE, Half.OVERFLOW))
                  .blend(0x7E00, size.compare(VectorOperators.GT, Half.FP32_INFINITY));
        }
        rounded = rounded.or(wide.lanewise(VectorOperators.LSHR, 16).and(0x8000));
        ShortVector narrow =
            (ShortVector) rounded.convertShape(VectorOperators.I2S, Lanes.SHORTS, 0);
        if (shorts) {
          narrow.intoArray(dxsShorts, (int) i + dxsStart);
        } else {
          narrow.intoMemorySegment(dxs, i << 1, Lanes.ORDER);
        }
      }
    }
  }
}
