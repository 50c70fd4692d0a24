package invact.numeric.internal;

import invact.numeric.Dtype;
import java.util.List;
import java.util.function.Function;

/**
 * One value for each dtype that a tensor may have.
 *
 * @param fp32 the value for fp32
 * @param bf16 the value for bf16
 * @param fp16 the value for fp16
 * @param <V> what it is
 */
public record PerDtype<V>(V fp32, V bf16, V fp16) {
  /** The dtypes, in the order in which they are listed. */
  public static final List<Dtype> DTYPES = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16);

  /**
   * The values of a function.
   *
   * @param value gives the value for a dtype
   * @param <V> what it is
   * @return its values
   */
  public static <V> PerDtype<V> of(Function<Dtype, V> value) {
    return new PerDtype<>(
        value.apply(Dtype.FP32), value.apply(Dtype.BF16), value.apply(Dtype.FP16));
  }

  /**
   * The value for one dtype.
   *
   * @param dtype fp32, bf16 or fp16
   * @return its value
   * @throws IllegalArgumentException for fp64, in which no tensor is
   */
  public V get(Dtype dtype) {
    return switch (dtype) {
      case FP32 -> fp32;
      case BF16 -> bf16;
      case FP16 -> fp16;
      case FP64 -> throw new IllegalArgumentException("no tensor is in fp64");
    };
  }
}
