package invact.samples;

import invact.math.NormalDistribution;

/** How often inputs occur. */
public sealed interface Density {
  /**
   * The probability that an input lies in an interval.
   *
   * @param low its lower end
   * @param high its upper end, not below {@code low}
   * @return the probability
   */
  double probability(double low, double high);

  /**
   * x ~ N(0, σ²).
   *
   * @param sigma σ &gt; 0
   */
  record Normal(double sigma) implements Density {
    /**
     * The density of one scale.
     *
     * @throws IllegalArgumentException unless σ is positive and finite
     */
    public Normal {
      if (!(sigma > 0 && sigma < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("sigma must be positive and finite: " + sigma);
      }
    }

    @Override
    public double probability(double low, double high) {
      // In the upper tail 1 − Φ keeps the digits that Φ loses.
      return low > 0
          ? NormalDistribution.cumulative(-low / sigma)
              - NormalDistribution.cumulative(-high / sigma)
          : NormalDistribution.cumulative(high / sigma)
              - NormalDistribution.cumulative(low / sigma);
    }
  }

  /**
   * x uniform on [low, high].
   *
   * @param low the lower end
   * @param high the upper end
   */
  record Uniform(double low, double high) implements Density {
    /**
     * The density over one range.
     *
     * @throws IllegalArgumentException if the range is empty or not finite
     */
    public Uniform {
      if (!(low < high) || Double.isInfinite(high - low)) {
        throw new IllegalArgumentException(
            "range " + low + ":" + high + " is empty or not finite: its low end comes first");
      }
    }

    @Override
    public double probability(double a, double b) {
      double covered = StrictMath.min(b, high) - StrictMath.max(a, low);
      return StrictMath.max(covered, 0.0) / (high - low);
    }
  }
}
