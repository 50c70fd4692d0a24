package invact.runtime.vector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import invact.math.FloatFormat;
import invact.runtime.FloatActivation;
import invact.runtime.FloatExponential;
import invact.runtime.FloatGelu;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** {@link FloatGelu}, operation for operation. */
final class GeluForward implements ForwardKernel {
  private static final int[] centresLanes = Lanes.table(FloatGelu.centres());
  private static final int[] p0Lanes = Lanes.table(FloatGelu.coefficients(0));
  private static final int[] p1Lanes = Lanes.table(FloatGelu.coefficients(1));
  private static final int[] p2Lanes = Lanes.table(FloatGelu.coefficients(2));
  private static final int[] p3Lanes = Lanes.table(FloatGelu.coefficients(3));
  private static final int[] p4Lanes = Lanes.table(FloatGelu.coefficients(4));
  private static final int[] p5Lanes = Lanes.table(FloatGelu.coefficients(5));
  private static final int[] p6Lanes = Lanes.table(FloatGelu.coefficients(6));
  private static final int[] p7Lanes = Lanes.table(FloatGelu.coefficients(7));

  /** The least fp32 number that is not below T. */
  private final float least;

  GeluForward(float least) {
    this.least = least;
  }

  @Override
  public void run(
      FloatFormat format,
      MemorySegment xs,
      MemorySegment ys,
      MemorySegment indicator,
      long from,
      long to) {
    final FloatVector least = FloatVector.broadcast(Lanes.FLOATS, this.least);
    final FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    final FloatVector log2e = FloatVector.broadcast(Lanes.FLOATS, FloatActivation.LOG2_E);
    final FloatVector high = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_HIGH);
    final FloatVector low = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_LOW);
    final FloatVector s0 = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.coefficient(0));
    final FloatVector s1 = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.coefficient(1));
    final FloatVector s2 = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.coefficient(2));
    final FloatVector s3 = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.coefficient(3));
    final FloatVector s4 = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.coefficient(4));
    final FloatVector limit = FloatVector.broadcast(Lanes.FLOATS, FloatGelu.LIMIT);
    final FloatVector minusHalf = FloatVector.broadcast(Lanes.FLOATS, -0.5f);
    final FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1.0f);
    final FloatVector minusZero = FloatVector.broadcast(Lanes.FLOATS, -0.0f);
    final FloatVector unscale = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.UNSCALE);
    final FloatVector rounder = FloatVector.broadcast(Lanes.FLOATS, FloatActivation.ROUNDER);
    final IntVector centres = IntVector.fromArray(Lanes.INTS, centresLanes, 0);
    final IntVector p0 = IntVector.fromArray(Lanes.INTS, p0Lanes, 0);
    final IntVector p1 = IntVector.fromArray(Lanes.INTS, p1Lanes, 0);
    final IntVector p2 = IntVector.fromArray(Lanes.INTS, p2Lanes, 0);
    final IntVector p3 = IntVector.fromArray(Lanes.INTS, p3Lanes, 0);
    final IntVector p4 = IntVector.fromArray(Lanes.INTS, p4Lanes, 0);
    final IntVector p5 = IntVector.fromArray(Lanes.INTS, p5Lanes, 0);
    final IntVector p6 = IntVector.fromArray(Lanes.INTS, p6Lanes, 0);
    final IntVector p7 = IntVector.fromArray(Lanes.INTS, p7Lanes, 0);
    final float[] xsFloats = Lanes.floats(xs);
    final float[] ysFloats = Lanes.floats(ys);
    final short[] xsShorts = Lanes.shorts(xs);
    final short[] ysShorts = Lanes.shorts(ys);
    final int xsStart = Lanes.start(format, xs);
    final int ysStart = Lanes.start(format, ys);
    final boolean floats = xsFloats != null && ysFloats != null;
    final boolean shorts = xsShorts != null && ysShorts != null;
    for (long i = from; i < to; i += Lanes.COUNT) {
      FloatVector x;
      if (format == FloatFormat.FP32) {
        x =
            floats
                ? FloatVector.fromArray(Lanes.FLOATS, xsFloats, (int) i + xsStart)
                : FloatVector.fromMemorySegment(Lanes.FLOATS, xs, i << 2, Lanes.ORDER);
      } else {
        IntVector xBits =
            (IntVector)
                (shorts
                        ? ShortVector.fromArray(Lanes.SHORTS, xsShorts, (int) i + xsStart)
                        : ShortVector.fromMemorySegment(Lanes.SHORTS, xs, i << 1, Lanes.ORDER))
                    .convertShape(VectorOperators.S2I, Lanes.INTS, 0);
        if (format == FloatFormat.BF16) {
          x = xBits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        } else {
          FloatVector xSize =
              xBits
                  .and(Half.SIZE)
                  .lanewise(VectorOperators.LSHL, Half.SHIFT)
                  .reinterpretAsFloats()
                  .mul(Half.SCALE);
          IntVector xSpecial =
              IntVector.zero(Lanes.INTS)
                  .blend(
                      Half.FP32_INFINITY,
                      xSize.compare(VectorOperators.GE, Half.BEYOND).cast(Lanes.INTS));
          x =
              xSize
                  .reinterpretAsInts()
                  .or(xSpecial)
                  .or(xBits.and(Integer.MIN_VALUE))
                  .reinterpretAsFloats();
        }
      }
      long bits = x.compare(VectorOperators.GE, least).toLong();
      if (Lanes.COUNT == 16) {
        indicator.set(Lanes.TWO_BYTES, i >> 3, (short) bits);
      } else {
        indicator.set(JAVA_BYTE, i >> 3, (byte) bits);
      }
      FloatVector distance = x.abs();
      FloatVector t = distance.blend(limit, distance.compare(VectorOperators.GT, limit));
      FloatVector half = t.mul(minusHalf);
      FloatVector exponent = t.mul(half);
      FloatVector rest = t.fma(half, exponent.neg());
      FloatVector z = exponent.fma(log2e, rounder);
      FloatVector k = z.sub(rounder);
      FloatVector r = k.fma(high, exponent).add(k.fma(low, rest));
      FloatVector s = s4.fma(r, s3);
      s = s.fma(r, s2);
      s = s.fma(r, s1);
      s = s.fma(r, s0);
      FloatVector v = r.mul(r).fma(s, r);
      FloatVector scale =
          z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      IntVector segment =
          t.fma(t.add(one), one)
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHR, 23)
              .and(FloatGelu.SEGMENTS - 1);
      FloatVector d = t.sub(segment.selectFrom(centres).reinterpretAsFloats());
      FloatVector p = segment.selectFrom(p7).reinterpretAsFloats();
      p = p.fma(d, segment.selectFrom(p6).reinterpretAsFloats());
      p = p.fma(d, segment.selectFrom(p5).reinterpretAsFloats());
      p = p.fma(d, segment.selectFrom(p4).reinterpretAsFloats());
      p = p.fma(d, segment.selectFrom(p3).reinterpretAsFloats());
      p = p.fma(d, segment.selectFrom(p2).reinterpretAsFloats());
      p = p.fma(d, segment.selectFrom(p1).reinterpretAsFloats());
      FloatVector slope = p;
      FloatVector c0 = segment.selectFrom(p0).reinterpretAsFloats();
      p = slope.fma(d, c0);
      FloatVector lost = slope.fma(d, c0.sub(p));
      FloatVector product = t.mul(p);
      FloatVector correction = t.fma(lost, t.fma(p, product.neg()));
      FloatVector below = product.add(product.fma(v, correction));
      FloatVector y =
          below.mul(scale).fma(unscale, x.blend(minusZero, x.compare(VectorOperators.LT, zero)));
      if (format == FloatFormat.FP32) {
        if (floats) {
          y.intoArray(ysFloats, (int) i + ysStart);
        } else {
          y.intoMemorySegment(ys, i << 2, Lanes.ORDER);
        }
      } else {
        IntVector wide = y.reinterpretAsInts();
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
          narrow.intoArray(ysShorts, (int) i + ysStart);
        } else {
          narrow.intoMemorySegment(ys, i << 1, Lanes.ORDER);
        }
      }
    }
  }
}
