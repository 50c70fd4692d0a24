package invact.runtime.vector;

import invact.runtime.FloatActivation;
import invact.runtime.FloatExponential;
import invact.runtime.FloatGelu;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
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

  private final float s0 = FloatExponential.coefficient(0);
  private final float s1 = FloatExponential.coefficient(1);
  private final float s2 = FloatExponential.coefficient(2);
  private final float s3 = FloatExponential.coefficient(3);
  private final float s4 = FloatExponential.coefficient(4);

  GeluForward(float least) {
    this.least = least;
  }

  @Override
  public float least() {
    return least;
  }

  @Override
  public FloatVector value(FloatVector x) {
    FloatVector log2e = FloatVector.broadcast(Lanes.FLOATS, FloatActivation.LOG2_E);
    FloatVector high = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_LOW);
    FloatVector s0 = FloatVector.broadcast(Lanes.FLOATS, this.s0);
    FloatVector s1 = FloatVector.broadcast(Lanes.FLOATS, this.s1);
    FloatVector s2 = FloatVector.broadcast(Lanes.FLOATS, this.s2);
    FloatVector s3 = FloatVector.broadcast(Lanes.FLOATS, this.s3);
    FloatVector s4 = FloatVector.broadcast(Lanes.FLOATS, this.s4);
    FloatVector limit = FloatVector.broadcast(Lanes.FLOATS, FloatGelu.LIMIT);
    FloatVector minusHalf = FloatVector.broadcast(Lanes.FLOATS, -0.5f);
    FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1.0f);
    FloatVector minusZero = FloatVector.broadcast(Lanes.FLOATS, -0.0f);
    FloatVector unscale = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.UNSCALE);
    FloatVector rounder = FloatVector.broadcast(Lanes.FLOATS, FloatActivation.ROUNDER);
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    IntVector centres = IntVector.fromArray(Lanes.INTS, centresLanes, 0);
    IntVector p0 = IntVector.fromArray(Lanes.INTS, p0Lanes, 0);
    IntVector p1 = IntVector.fromArray(Lanes.INTS, p1Lanes, 0);
    IntVector p2 = IntVector.fromArray(Lanes.INTS, p2Lanes, 0);
    IntVector p3 = IntVector.fromArray(Lanes.INTS, p3Lanes, 0);
    IntVector p4 = IntVector.fromArray(Lanes.INTS, p4Lanes, 0);
    IntVector p5 = IntVector.fromArray(Lanes.INTS, p5Lanes, 0);
    IntVector p6 = IntVector.fromArray(Lanes.INTS, p6Lanes, 0);
    IntVector p7 = IntVector.fromArray(Lanes.INTS, p7Lanes, 0);
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
    return below.mul(scale).fma(unscale, x.blend(minusZero, x.compare(VectorOperators.LT, zero)));
  }
}
