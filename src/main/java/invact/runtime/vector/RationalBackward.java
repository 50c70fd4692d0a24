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
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * g(y, S) where both branches are polynomials or rationals of any degree in the root. Numerators
 * and denominators of both branches are evaluated, then those of one are selected and divided once.
 */
final class RationalBackward implements BackwardKernel {
  private final float minimum;

  /** The right branch's cut-off; finite, so that an infinite lift is beyond it. */
  private final float cutoff;

  private final Quotient left;
  private final Quotient right;

  private final int[] shiftsLanes;

  private RationalBackward(float minimum, Quotient left, Quotient right) {
    this.minimum = minimum;
    cutoff = Math.min(right.cutoff, Float.MAX_VALUE);
    this.left = left;
    this.right = right;
    shiftsLanes = Lanes.topShifts();
  }

  /**
   * The kernel for two branches.
   *
   * @return null if it cannot do them bit for bit
   */
  static RationalBackward of(FloatDerivative left, FloatDerivative right) {
    Quotient leftQuotient = Quotient.of(left.q());
    Quotient rightQuotient = Quotient.of(right.q());
    float depth = -left.minimum();
    boolean able =
        leftQuotient != null
            && rightQuotient != null
            && leftQuotient.cutoff >= depth
            && rightQuotient.cutoff >= depth;
    return able ? new RationalBackward(left.minimum(), leftQuotient, rightQuotient) : null;
  }

  /** Coefficients by falling power; a polynomial's denominator is 1, which divides exactly. */
  private record Quotient(float centre, float cutoff, float[] numerator, float[] denominator) {
    static Quotient of(FloatApproximant q) {
      return switch (q) {
        case FloatApproximant.Polynomial p ->
            new Quotient(p.centre(), p.cutoff(), falling(p.c(), 0, p.degree()), new float[] {1.0f});
        case FloatApproximant.Rational p -> {
          int m = p.numeratorDegree();
          int n = p.denominatorDegree();
          float[] denominator = Arrays.copyOf(falling(p.c(), m + 1, n - 1), n + 1);
          denominator[n] = 1.0f;
          yield new Quotient(p.centre(), p.cutoff(), falling(p.c(), 0, m), denominator);
        }
        default -> null;
      };
    }

    private static float[] falling(float[] c, int first, int degree) {
      float[] falling = new float[degree + 1];
      for (int j = 0; j <= degree; j++) {
        falling[degree - j] = c[first + j];
      }
      return falling;
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
    final FloatVector leftCentre = FloatVector.broadcast(Lanes.FLOATS, left.centre);
    final FloatVector rightCentre = FloatVector.broadcast(Lanes.FLOATS, right.centre);
    final IntVector shifts = IntVector.fromArray(Lanes.INTS, shiftsLanes, 0);
    final IntVector zeroBits = IntVector.zero(Lanes.INTS);
    final float[] leftNumerator = left.numerator;
    final float[] leftDenominator = left.denominator;
    final float[] rightNumerator = right.numerator;
    final float[] rightDenominator = right.denominator;
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
      VectorMask<Float> isRight =
          IntVector.broadcast(Lanes.INTS, bits)
              .lanewise(VectorOperators.LSHL, shifts)
              .compare(VectorOperators.LT, zeroBits)
              .cast(Lanes.FLOATS);
      FloatVector leftRoot = r.sub(leftCentre);
      FloatVector rightRoot = r.sub(rightCentre);
      FloatVector leftAbove = FloatVector.broadcast(Lanes.FLOATS, leftNumerator[0]);
      for (int j = 1; j < leftNumerator.length; j++) {
        leftAbove = leftAbove.fma(leftRoot, FloatVector.broadcast(Lanes.FLOATS, leftNumerator[j]));
      }
      FloatVector rightAbove = FloatVector.broadcast(Lanes.FLOATS, rightNumerator[0]);
      for (int j = 1; j < rightNumerator.length; j++) {
        rightAbove =
            rightAbove.fma(rightRoot, FloatVector.broadcast(Lanes.FLOATS, rightNumerator[j]));
      }
      FloatVector leftBelow = FloatVector.broadcast(Lanes.FLOATS, leftDenominator[0]);
      for (int j = 1; j < leftDenominator.length; j++) {
        leftBelow =
            leftBelow.fma(leftRoot, FloatVector.broadcast(Lanes.FLOATS, leftDenominator[j]));
      }
      FloatVector rightBelow = FloatVector.broadcast(Lanes.FLOATS, rightDenominator[0]);
      for (int j = 1; j < rightDenominator.length; j++) {
        rightBelow =
            rightBelow.fma(rightRoot, FloatVector.broadcast(Lanes.FLOATS, rightDenominator[j]));
      }
      FloatVector g =
          leftAbove.blend(rightAbove, isRight).div(leftBelow.blend(rightBelow, isRight));
      g = g.blend(one, u.compare(VectorOperators.GT, cut));
      g = g.blend(zero, y.compare(VectorOperators.GE, zero).andNot(isRight));
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
