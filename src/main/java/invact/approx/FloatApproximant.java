package invact.approx;

/**
 * q(u) in fp32, the coefficients rounded to it.
 *
 * <p>Each form's formula here is the order of its operations, which every backend keeps: fma(a, b,
 * c) = a·b + c rounds once, every other operation by itself. exp and pow are {@link StrictMath}'s
 * of the fp32 arguments, rounded to fp32.
 */
public sealed interface FloatApproximant {
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
   * @param approximant the approximant
   * @return the same with its coefficients rounded
   * @throws IllegalArgumentException if a coefficient overflows
   */
  static FloatApproximant of(Approximant approximant) {
    float[] c = rounded(approximant);
    return switch (approximant.form()) {
      case PaperGeluLeft form -> new GeluLeft((float) form.depth(), c[0], c[1], c[2], c[3]);
      case PaperSiluLeft _ -> new SiluLeft(c[0], c[1], c[2], c[3]);
      case PaperRight _ -> new Right(c[0], c[1], c[2], c[3], c[4]);
      case RootPolynomial form ->
          new Polynomial(form.degree(), (float) form.centre(), (float) form.cutoff(), c);
      case RootRational form ->
          new Rational(
              form.numeratorDegree(),
              form.denominatorDegree(),
              (float) form.centre(),
              (float) form.cutoff(),
              c);
      case RootExponential form ->
          new Exponential(form.degree(), form.decay(), (float) form.cutoff(), c);
      case SegmentedPolynomial form ->
          new Segmented(form.segments(), form.degree(), (float) form.cutoff(), c);
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

  /** Horner's scheme, one fma a step: c[first] + … + c[first + degree]·t^degree. */
  private static float horner(float[] c, int first, int degree, float t) {
    float value = c[first + degree];
    for (int j = degree - 1; j >= 0; j--) {
      value = Math.fma(value, t, c[first + j]);
    }
    return value;
  }

  /** {@link RootPolynomial}: 1 where u &gt; cut-off, else by Horner in t = √u − centre. */
  record Polynomial(int degree, float centre, float cutoff, float[] c) implements FloatApproximant {
    @Override
    public float value(float u) {
      return u > cutoff ? 1.0f : horner(c, 0, degree, root(u) - centre);
    }
  }

  /**
   * {@link RootRational}: 1 where u &gt; cut-off, else numerator by Horner in t = √u − centre, over
   * fma(b₁ + … by Horner, t, 1).
   */
  record Rational(int numeratorDegree, int denominatorDegree, float centre, float cutoff, float[] c)
      implements FloatApproximant {
    @Override
    public float value(float u) {
      if (u > cutoff) {
        return 1.0f;
      }
      float t = root(u) - centre;
      float denominator =
          Math.fma(horner(c, numeratorDegree + 1, denominatorDegree - 1, t), t, 1.0f);
      return horner(c, 0, numeratorDegree, t) / denominator;
    }
  }

  /**
   * {@link RootExponential}: 1 where u &gt; cut-off; else with e = exp(−(k·u)) or exp(−(k·(u·u))),
   * fma(polynomial by Horner in √u, e, 1), and 1 where e = 0.
   */
  record Exponential(int degree, RootExponential.Decay decay, float cutoff, float[] c)
      implements FloatApproximant {
    @Override
    public float value(float u) {
      if (u > cutoff) {
        return 1.0f;
      }
      float exponent = decay == RootExponential.Decay.EXPONENTIAL ? u : u * u;
      float e = (float) StrictMath.exp(-(c[degree + 1] * exponent));
      return e == 0 ? 1.0f : Math.fma(horner(c, 0, degree, root(u)), e, 1.0f);
    }
  }

  /**
   * {@link SegmentedPolynomial}: 1 where u &gt; cut-off; else with r = √u in the segment that
   * starts at β, by Horner in r − β.
   */
  record Segmented(int segments, int degree, float cutoff, float[] c) implements FloatApproximant {
    @Override
    public float value(float u) {
      if (u > cutoff) {
        return 1.0f;
      }
      float r = root(u);
      int segment = 0;
      for (int j = 0; j < segments - 1; j++) {
        if (r >= c[j]) {
          segment++;
        }
      }
      float start = segment == 0 ? 0.0f : c[segment - 1];
      return horner(c, segments - 1 + segment * (degree + 1), degree, r - start);
    }
  }
}
