package invact.runtime;

import invact.approx.Approximant;
import invact.approx.PaperGeluLeft;
import invact.approx.PaperRight;
import invact.approx.PaperSiluLeft;

/**
 * q(u) in fp32, the coefficients rounded to it.
 *
 * <p>Each form's formula here is the order of its operations, which every backend keeps: fma(a, b,
 * c) = a·b + c rounds once, every other operation by itself. exp and pow are {@link StrictMath}'s
 * of the fp32 arguments, rounded to fp32.
 */
sealed interface FloatApproximant {
  /**
   * q(u).
   *
   * @param u the lift, u ≥ 0; NaN gives NaN
   * @return the value
   */
  float value(float u);

  /**
   * An approximant in fp32.
   *
   * @throws IllegalArgumentException if a coefficient overflows
   */
  static FloatApproximant of(Approximant approximant) {
    float[] c = rounded(approximant);
    return switch (approximant.form()) {
      case PaperGeluLeft form -> new GeluLeft((float) form.depth(), c[0], c[1], c[2], c[3]);
      case PaperSiluLeft _ -> new SiluLeft(c[0], c[1], c[2], c[3]);
      case PaperRight _ -> new Right(c[0], c[1], c[2], c[3], c[4]);
    };
  }

  private static float[] rounded(Approximant approximant) {
    double[] exact = approximant.coefficients();
    float[] rounded = new float[exact.length];
    for (int j = 0; j < rounded.length; j++) {
      rounded[j] = (float) exact[j];
      if (Float.isInfinite(rounded[j])) {
        throw new IllegalArgumentException(
            "coefficient "
                + j
                + " of "
                + approximant.form().name()
                + " is too large for fp32: "
                + exact[j]);
      }
    }
    return rounded;
  }

  private static float root(float u) {
    return (float) Math.sqrt(u);
  }

  private static float power(float base, float exponent) {
    return (float) StrictMath.pow(base, exponent);
  }

  /** {@link PaperGeluLeft}: fma(c₁, v^c₂·(1 − v)^c₃, c₀), v = min(u/|f(T)|, 1). */
  record GeluLeft(float depth, float c0, float c1, float c2, float c3) implements FloatApproximant {
    @Override
    public float value(float u) {
      float v = Math.min(u / depth, 1.0f);
      return Math.fma(c1, power(v, c2) * power(1.0f - v, c3), c0);
    }
  }

  /** {@link PaperSiluLeft}: fma(u, fma(c₃, u, c₂), fma(c₁, √u, c₀)). */
  record SiluLeft(float c0, float c1, float c2, float c3) implements FloatApproximant {
    @Override
    public float value(float u) {
      return Math.fma(u, Math.fma(c3, u, c2), Math.fma(c1, root(u), c0));
    }
  }

  /**
   * {@link PaperRight}: with d = c₄ − u and e = exp(c₃·((d·d)·d)), fma(fma(c₂, u, fma(c₁, √u, c₀)),
   * e, 1). Where e = 0 it is 1, though its factor may have overflowed.
   */
  record Right(float c0, float c1, float c2, float c3, float c4) implements FloatApproximant {
    @Override
    public float value(float u) {
      float d = c4 - u;
      float e = (float) StrictMath.exp(c3 * (d * d * d));
      return e == 0 ? 1.0f : Math.fma(Math.fma(c2, u, Math.fma(c1, root(u), c0)), e, 1.0f);
    }
  }
}
