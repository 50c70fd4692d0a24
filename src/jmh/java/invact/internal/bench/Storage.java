package invact.internal.bench;

import invact.numeric.Dtype;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Where the elements of a tensor are. */
public enum Storage {
  /** Outside the heap. */
  NATIVE {
    @Override
    MemorySegment place(Dtype dtype, MemorySegment tensor) {
      return tensor;
    }
  },
  /** In an array. */
  HEAP {
    @Override
    MemorySegment place(Dtype dtype, MemorySegment tensor) {
      return dtype == Dtype.FP32
          ? MemorySegment.ofArray(tensor.toArray(ValueLayout.JAVA_FLOAT))
          : MemorySegment.ofArray(tensor.toArray(ValueLayout.JAVA_SHORT));
    }
  };

  /** A native tensor, or a copy of it in this storage. */
  abstract MemorySegment place(Dtype dtype, MemorySegment tensor);

  /** An indicator in this storage. */
  MemorySegment indicator(Tensors tensors) {
    MemorySegment indicator = tensors.indicator();
    return this == NATIVE
        ? indicator
        : MemorySegment.ofArray(indicator.toArray(ValueLayout.JAVA_BYTE));
  }
}
