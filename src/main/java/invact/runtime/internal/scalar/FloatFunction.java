package invact.runtime.internal.scalar;

/** A function of one fp32 number. */
@FunctionalInterface
public interface FloatFunction {
  /**
   * The value.
   *
   * @param x the argument
   * @return f(x)
   */
  float apply(float x);
}
