package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** y = f(x) and S = [x ≥ T] over whole registers, a loop for each format and kind of buffer. */
final class ForwardLoops implements ForwardPass {
  private final ForwardKernel kernel;

  ForwardLoops(ForwardKernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public void fp32(
      float[] xs, int xsAt, float[] ys, int ysAt, byte[] indicator, int indicatorAt, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector x = FloatVector.fromArray(Lanes.FLOATS, xs, xsAt + i);
      Indicator.store(
          x.compare(VectorOperators.GE, kernel.least()), indicator, indicatorAt + (i >> 3));
      kernel.value(x).intoArray(ys, ysAt + i);
    }
  }

  @Override
  public void bf16(
      short[] xs, int xsAt, short[] ys, int ysAt, byte[] indicator, int indicatorAt, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector x = Bf16.widen(ShortVector.fromArray(Lanes.SHORTS, xs, xsAt + i));
      Indicator.store(
          x.compare(VectorOperators.GE, kernel.least()), indicator, indicatorAt + (i >> 3));
      Bf16.narrow(kernel.value(x)).intoArray(ys, ysAt + i);
    }
  }

  @Override
  public void fp16(
      short[] xs, int xsAt, short[] ys, int ysAt, byte[] indicator, int indicatorAt, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector x = Fp16.widen(ShortVector.fromArray(Lanes.SHORTS, xs, xsAt + i));
      Indicator.store(
          x.compare(VectorOperators.GE, kernel.least()), indicator, indicatorAt + (i >> 3));
      Fp16.narrow(kernel.value(x)).intoArray(ys, ysAt + i);
    }
  }

  @Override
  public void fp32(
      MemorySegment xs, MemorySegment ys, MemorySegment indicator, long from, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector x = FloatVector.fromMemorySegment(Lanes.FLOATS, xs, at << 2, Lanes.ORDER);
      Indicator.store(x.compare(VectorOperators.GE, kernel.least()), indicator, at >> 3);
      kernel.value(x).intoMemorySegment(ys, at << 2, Lanes.ORDER);
    }
  }

  @Override
  public void bf16(
      MemorySegment xs, MemorySegment ys, MemorySegment indicator, long from, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector x =
          Bf16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, xs, at << 1, Lanes.ORDER));
      Indicator.store(x.compare(VectorOperators.GE, kernel.least()), indicator, at >> 3);
      Bf16.narrow(kernel.value(x)).intoMemorySegment(ys, at << 1, Lanes.ORDER);
    }
  }

  @Override
  public void fp16(
      MemorySegment xs, MemorySegment ys, MemorySegment indicator, long from, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector x =
          Fp16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, xs, at << 1, Lanes.ORDER));
      Indicator.store(x.compare(VectorOperators.GE, kernel.least()), indicator, at >> 3);
      Fp16.narrow(kernel.value(x)).intoMemorySegment(ys, at << 1, Lanes.ORDER);
    }
  }
}
