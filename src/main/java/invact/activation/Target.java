package invact.activation;

import invact.numeric.internal.Logistic;

/** The function of x that an approximator stands for, and how f′ comes out of it. */
public enum Target {
  /** q ≈ f′∘f⁻¹: the inverted derivative itself. */
  DERIVATIVE("derivative") {
    @Override
    public double value(Activation activation, double x) {
      return activation.derivative(x);
    }

    @Override
    public double derivative(double q, double y) {
      return q;
    }
  },
  /**
   * q ≈ σ∘f⁻¹, for SiLU alone, whose derivative is f′ = σ + y·(1 − σ). It is what the paper's SiLU
   * coefficients approximate (Novikov and Oseledets, arXiv 2407.15545, section 5.1).
   */
  SIGMOID("sigmoid") {
    @Override
    public double value(Activation activation, double x) {
      return Logistic.sigmoid(x);
    }

    @Override
    public double derivative(double q, double y) {
      // q·(1 − y) + y would leave y's rounding error behind where q = 1 and y is large.
      return q + y * (1.0 - q);
    }
  };

  private final String label;

  Target(String label) {
    this.label = label;
  }

  /**
   * The name in JSON and on the command line.
   *
   * @return {@code derivative} or {@code sigmoid}
   */
  public String label() {
    return label;
  }

  /**
   * The exact value at one input.
   *
   * @param activation an activation that has this target
   * @param x the input
   * @return f′(x) or σ(x)
   */
  public abstract double value(Activation activation, double x);

  /**
   * The derivative f′ that follows from an approximated value.
   *
   * @param q the approximated value of the target
   * @param y the output f(x), finite
   * @return f′
   */
  public abstract double derivative(double q, double y);

  /**
   * The target of a name.
   *
   * @param label a name as {@link #label()} gives it
   * @return the target
   * @throws IllegalArgumentException if no target has that name
   */
  public static Target of(String label) {
    for (Target target : values()) {
      if (target.label.equals(label)) {
        return target;
      }
    }
    throw new IllegalArgumentException("unknown target '" + label + "': use derivative or sigmoid");
  }
}
