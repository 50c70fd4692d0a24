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
   * What the density is, in one line.
   *
   * @return such as {@code normal(1.0)}
   */
  String description();

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

    @Override
    public String description() {
      return "normal(" + sigma + ")";
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

    @Override
    public String description() {
      return "uniform(" + low + ", " + high + ")";
    }
  }

  /**
   * One density with probability 1 − share, another with probability share.
   *
   * @param usual the one
   * @param rare the other
   * @param share from 0 to 1
   */
  record Mixture(Density usual, Density rare, double share) implements Density {
    /**
     * The mixture of two densities.
     *
     * @throws IllegalArgumentException unless the share lies in [0, 1]
     */
    public Mixture {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("share must lie in [0, 1]: " + share);
      }
    }

    @Override
    public double probability(double low, double high) {
      return (1 - share) * usual.probability(low, high) + share * rare.probability(low, high);
    }

    @Override
    public String description() {
      return (1 - share) + "·" + usual.description() + " + " + share + "·" + rare.description();
    }
  }
}
