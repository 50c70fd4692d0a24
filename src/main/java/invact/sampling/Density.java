package invact.sampling;

import invact.numeric.internal.NormalDistribution;
import invact.sampling.internal.Descriptions;

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
   * The probabilities of intervals that lie side by side.
   *
   * @param borders their ends, ascending
   * @return for each border but the last the probability up to the next one
   */
  default double[] probabilities(double[] borders) {
    double[] probabilities = new double[borders.length - 1];
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = probability(borders[i], borders[i + 1]);
    }
    return probabilities;
  }

  /**
   * What the density is, in one line.
   *
   * @return such as {@code normal(1.0)}
   */
  String description();

  /**
   * This density, but for one input in a thousand from anywhere in [−20, 20], where every
   * activation has reached its limits. A fit to it does not give up inputs that hardly ever occur.
   *
   * @return the mixture
   */
  default Density withRareInputs() {
    return new Mixture(this, new Uniform(-20, 20), 0.001);
  }

  /**
   * The density of a text.
   *
   * @param text {@code normal}, {@code normal:SIGMA} or {@code uniform:LO:HI}
   * @return the density; σ is 1 where the text names none
   * @throws IllegalArgumentException if the text names no density
   */
  static Density of(String text) {
    String[] parts = text.split(":", -1);
    try {
      if (parts[0].equals("normal") && parts.length <= 2) {
        return new Normal(parts.length == 1 ? 1.0 : Double.parseDouble(parts[1]));
      }
      if (parts[0].equals("uniform") && parts.length == 3) {
        return new Uniform(Double.parseDouble(parts[1]), Double.parseDouble(parts[2]));
      }
    } catch (NumberFormatException e) {
      // Falls through to the one message that says what a density looks like.
    }
    throw new IllegalArgumentException(
        "'" + text + "' is no density: write normal, normal:SIGMA or uniform:LO:HI");
  }

  /**
   * The density of a description.
   *
   * @param text a description as {@link #description()} gives it
   * @return the density
   * @throws IllegalArgumentException if the text describes no density
   */
  static Density described(String text) {
    return Descriptions.parse(text)
        .filter(density -> density.description().equals(text))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'"
                    + text
                    + "' describes no density: normal(1.0), uniform(-5.0, 5.0) and"
                    + " 0.9·normal(1.0) + 0.1·uniform(-5.0, 5.0) do"));
  }

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

    /** The same numbers, Φ evaluated once at a border that two intervals share. */
    @Override
    public double[] probabilities(double[] borders) {
      double[] probabilities = new double[borders.length - 1];
      double before = Double.NaN;
      for (int i = 0; i < probabilities.length; i++) {
        double low = borders[i];
        double high = borders[i + 1];
        double sign = low > 0 ? -1 : 1;
        boolean shared = i > 0 && low > 0 == borders[i - 1] > 0;
        double atLow = shared ? before : NormalDistribution.cumulative(sign * low / sigma);
        double atHigh = NormalDistribution.cumulative(sign * high / sigma);
        probabilities[i] = low > 0 ? atLow - atHigh : atHigh - atLow;
        before = atHigh;
      }
      return probabilities;
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
     * @throws IllegalArgumentException unless the share lies in [0, 1], or if one of the two is a
     *     mixture itself
     */
    public Mixture {
      if (usual instanceof Mixture || rare instanceof Mixture) {
        throw new IllegalArgumentException("a mixture is of two densities that are none");
      }
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
