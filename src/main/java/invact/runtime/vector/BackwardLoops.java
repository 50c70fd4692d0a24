package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;

/** dx = dy·g(y, S) over whole registers, a loop for each format and kind of buffer. */
final class BackwardLoops implements BackwardPass {
  private final BackwardKernel kernel;

  BackwardLoops(BackwardKernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public void fp32(
      float[] dys,
      int dysAt,
      float[] ys,
      int ysAt,
      byte[] indicator,
      int indicatorAt,
      float[] dxs,
      int dxsAt,
      int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector y = FloatVector.fromArray(Lanes.FLOATS, ys, ysAt + i);
      FloatVector dy = FloatVector.fromArray(Lanes.FLOATS, dys, dysAt + i);
      dy.mul(kernel.derivative(y, Indicator.load(indicator, indicatorAt + (i >> 3))))
          .intoArray(dxs, dxsAt + i);
    }
  }

  @Override
  public void bf16(
      short[] dys,
      int dysAt,
      short[] ys,
      int ysAt,
      byte[] indicator,
      int indicatorAt,
      short[] dxs,
      int dxsAt,
      int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector y = Bf16.widen(ShortVector.fromArray(Lanes.SHORTS, ys, ysAt + i));
      FloatVector dy = Bf16.widen(ShortVector.fromArray(Lanes.SHORTS, dys, dysAt + i));
      FloatVector dx =
          dy.mul(kernel.derivative(y, Indicator.load(indicator, indicatorAt + (i >> 3))));
      Bf16.narrow(dx).intoArray(dxs, dxsAt + i);
    }
  }

  @Override
  public void fp16(
      short[] dys,
      int dysAt,
      short[] ys,
      int ysAt,
      byte[] indicator,
      int indicatorAt,
      short[] dxs,
      int dxsAt,
      int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector y = Fp16.widen(ShortVector.fromArray(Lanes.SHORTS, ys, ysAt + i));
      FloatVector dy = Fp16.widen(ShortVector.fromArray(Lanes.SHORTS, dys, dysAt + i));
      FloatVector dx =
          dy.mul(kernel.derivative(y, Indicator.load(indicator, indicatorAt + (i >> 3))));
      Fp16.narrow(dx).intoArray(dxs, dxsAt + i);
    }
  }

  @Override
  public void fp32(
      MemorySegment dys,
      MemorySegment ys,
      MemorySegment indicator,
      MemorySegment dxs,
      long from,
      int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector y = FloatVector.fromMemorySegment(Lanes.FLOATS, ys, at << 2, Lanes.ORDER);
      FloatVector dy = FloatVector.fromMemorySegment(Lanes.FLOATS, dys, at << 2, Lanes.ORDER);
      dy.mul(kernel.derivative(y, Indicator.load(indicator, at >> 3)))
          .intoMemorySegment(dxs, at << 2, Lanes.ORDER);
    }
  }

  @Override
  public void bf16(
      MemorySegment dys,
      MemorySegment ys,
      MemorySegment indicator,
      MemorySegment dxs,
      long from,
      int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector y =
          Bf16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, ys, at << 1, Lanes.ORDER));
      FloatVector dy =
          Bf16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, dys, at << 1, Lanes.ORDER));
      FloatVector dx = dy.mul(kernel.derivative(y, Indicator.load(indicator, at >> 3)));
      Bf16.narrow(dx).intoMemorySegment(dxs, at << 1, Lanes.ORDER);
    }
  }

  @Override
  public void fp16(
      MemorySegment dys,
      MemorySegment ys,
      MemorySegment indicator,
      MemorySegment dxs,
      long from,
      int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector y =
          Fp16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, ys, at << 1, Lanes.ORDER));
      FloatVector dy =
          Fp16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, dys, at << 1, Lanes.ORDER));
      FloatVector dx = dy.mul(kernel.derivative(y, Indicator.load(indicator, at >> 3)));
      Fp16.narrow(dx).intoMemorySegment(dxs, at << 1, Lanes.ORDER);
    }
  }
}
