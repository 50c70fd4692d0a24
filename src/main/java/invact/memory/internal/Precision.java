package invact.memory.internal;

import invact.numeric.Dtype;

/**
 * The dtypes of a training step.
 *
 * @param compute the dtype of matrix products
 * @param parameters the dtype of parameters, gradients and optimizer states
 */
public record Precision(Dtype compute, Dtype parameters) {
  /**
   * Dtypes that go together.
   *
   * @throws MemoryException if they do not
   */
  public Precision {
    if (compute == Dtype.FP64 || parameters == Dtype.FP64) {
      throw new MemoryException("fp64 is not predicted: use fp32, bf16 or fp16");
    }
    if (compute != parameters && parameters != Dtype.FP32) {
      throw new MemoryException(
          "parameters in "
              + parameters.label()
              + " with compute in "
              + compute.label()
              + " is no mode of PyTorch: parameters have the dtype of compute, or fp32 (autocast)");
    }
  }

  /** Whether PyTorch's autocast casts: fp32 parameters, 16-bit compute. */
  boolean autocast() {
    return compute != parameters;
  }

  /** Bytes of an element in matrix products. */
  int computeBytes() {
    return bytes(compute);
  }

  /** Bytes of a parameter, and of an element of the embedding's output. */
  int parameterBytes() {
    return bytes(parameters);
  }

  private static int bytes(Dtype dtype) {
    return dtype == Dtype.FP32 ? 4 : 2;
  }
}
