package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** fp32 as it is. */
final class Fp32 implements Encoding {
  @Override
  public FloatVector load(MemorySegment elements, long first) {
    return FloatVector.fromMemorySegment(Lanes.FLOATS, elements, first << 2, Lanes.ORDER);
  }

  @Override
  public void store(FloatVector values, MemorySegment elements, long first) {
    values.intoMemorySegment(elements, first << 2, Lanes.ORDER);
  }

  @Override
  public boolean keepsProduct() {
    return true;
  }
}
