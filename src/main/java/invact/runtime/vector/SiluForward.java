package invact.runtime.vector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import invact.math.FloatFormat;
import invact.runtime.FloatActivation;
import invact.runtime.FloatExponential;
import invact.runtime.FloatSilu;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link FloatSilu}, operation for operation. */
final class SiluForward implements ForwardKernel {
  /** The least fp32 number that is not below T. */
  private final float least;

  SiluForward(float least) {
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
    final FloatVector log2e = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LOG2_E);
    final FloatVector high = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_HIGH);
    final FloatVector low = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_LOW);
    final FloatVector s0 = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.coefficient(0));
    final FloatVector s1 = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.coefficient(1));
    final FloatVector s2 = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.coefficient(2));
    final FloatVector s3 = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.coefficient(3));
    final FloatVector s4 = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.coefficient(4));
    final FloatVector lowest = FloatVector.broadcast(Lanes.FLOATS, FloatSilu.LOW);
    final FloatVector most = FloatVector.broadcast(Lanes.FLOATS, FloatSilu.HIGH);
    final FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1.0f);
    final FloatVector scaled = FloatVector.broadcast(Lanes.FLOATS, FloatActivation.UNSCALE);
    final FloatVector plainRounder = FloatVector.broadcast(Lanes.FLOATS, FloatSilu.PLAIN_ROUNDER);
    final FloatVector scaledRounder = FloatVector.broadcast(Lanes.FLOATS, FloatSilu.SCALED_ROUNDER);
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
      FloatVector input = x.blend(lowest, x.compare(VectorOperators.LT, lowest));
      FloatVector bounded = input.blend(most, input.compare(VectorOperators.GT, most));
      VectorMask<Float> negative = x.compare(VectorOperators.LT, zero);
      FloatVector unit = one.blend(scaled, negative);
      FloatVector rounder = plainRounder.blend(scaledRounder, negative);
      FloatVector z = bounded.fma(log2e, rounder);
      FloatVector k = z.sub(rounder);
      FloatVector r = k.fma(low, k.fma(high, bounded.neg()));
      FloatVector s = s4.fma(r, s3);
      s = s.fma(r, s2);
      s = s.fma(r, s1);
      s = s.fma(r, s0);
      FloatVector v = r.mul(r).fma(s, r);
      FloatVector power =
          z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      FloatVector sum = power.add(unit);
      FloatVector lost = unit.sub(sum.sub(power));
      FloatVector y = input.div(sum.add(power.fma(v, lost))).mul(unit);
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
