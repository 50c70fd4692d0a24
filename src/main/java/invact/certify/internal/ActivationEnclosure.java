package invact.certify.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import java.util.OptionalDouble;

/**
 * A built-in activation f and f′ in Taylor arithmetic, and what bounds them far out.
 *
 * <p>Far out, at |x| ≥ t, |f(x)| on the left is at most {@link #tailValue}, and |f′(x)| on the left
 * and |1 − f′(x)| on the right are at most {@link #tailDerivative}; on the right f(x) ≥ x −
 * tailValue. Each class says why. The bounds fall as t rises from {@link #LEAST_TAIL} scales on.
 */
sealed interface ActivationEnclosure {
  /** From here on tails are taken, in units of the activation's scale. */
  double LEAST_TAIL = 4;

  /** Of f′ from its limit: so little that a bound does not feel it. */
  double SETTLED = 0x1p-45;

  /** f and f′ of one argument. */
  record Both(TaylorForm value, TaylorForm derivative) {}

  /**
   * f and f′ around an expansion point.
   *
   * @param x x₀ + d
   */
  Both at(TaylorForm x);

  /** What |f| is below from t on, on the left. */
  Interval tailValue(Interval t);

  /** What |f′| is below from t on on the left, and |1 − f′| on the right. */
  Interval tailDerivative(Interval t);

  /**
   * Where tails begin.
   *
   * @param scale the activation's
   * @return a t from which on f′ is within {@link #SETTLED} of its limits
   */
  default double settled(double scale) {
    double t = LEAST_TAIL * scale;
    while (tailDerivative(Interval.of(t)).high() > SETTLED) {
      t *= 1.25;
    }
    return t;
  }

  /**
   * The enclosure of an activation.
   *
   * @throws CertificateException if there is none
   */
  static ActivationEnclosure of(Activation activation) {
    OptionalDouble slope = Activations.slope(activation);
    if (slope.isPresent()) {
      return new SwishEnclosure(slope.getAsDouble());
    }
    if (activation.equals(Activations.GELU)) {
      return new GeluEnclosure();
    }
    if (activation.equals(Activations.GELU_TANH)) {
      return new GeluTanhEnclosure();
    }
    if (activation.equals(Activations.MISH)) {
      return new MishEnclosure();
    }
    throw new CertificateException(
        "the error of "
            + activation.name()
            + " cannot be proved: there are enclosures of the built-in activations alone, not of"
            + " expressions");
  }

  /** x·Φ(x), f′ = Φ + x·φ. For t &gt; 0, Φ(−t) ≤ φ(t)/t. */
  record GeluEnclosure() implements ActivationEnclosure {
    @Override
    public Both at(TaylorForm x) {
      TaylorForm density = NormalEnclosure.density(x);
      Interval there = NormalEnclosure.cumulative(x.atExpansionPoint());
      TaylorForm cumulative = x.order() == 0 ? x.like(there) : density.integral(there);
      return new Both(x.times(cumulative), cumulative.plus(x.times(density)));
    }

    @Override
    public Interval tailValue(Interval t) {
      return NormalEnclosure.density(t);
    }

    @Override
    public Interval tailDerivative(Interval t) {
      return NormalEnclosure.density(t).times(t.plus(Interval.ONE.dividedBy(t)));
    }
  }

  /** x·σ(βx), f′ = σ·(1 + βx·(1 − σ)), and σ(−z) ≤ exp(−z); 1 − f′(x) = f′(−x). */
  record SwishEnclosure(double slope) implements ActivationEnclosure {
    @Override
    public Both at(TaylorForm x) {
      TaylorForm z = x.times(Interval.of(slope));
      Gate gate = Gate.of(z);
      TaylorForm bend = z.times(gate.complement).plus(Interval.ONE);
      return new Both(x.times(gate.sigmoid), gate.sigmoid.times(bend));
    }

    @Override
    public Interval tailValue(Interval t) {
      return t.times(t.times(-slope).exp());
    }

    @Override
    public Interval tailDerivative(Interval t) {
      return t.times(-slope).exp().times(t.times(slope).plus(Interval.ONE));
    }
  }

  /**
   * x·σ(z), z = x·(a + b·x²), a = 2√(2/π), b = 0.044715·a; f′ = σ·(1 + x·(a + 3b·x²)·(1 − σ)). As
   * for Swish; x·z′·exp(−z) falls where z′ exceeds 3/x.
   */
  record GeluTanhEnclosure() implements ActivationEnclosure {
    private static final Interval A = Interval.of(8).dividedBy(Interval.PI).sqrt();
    private static final Interval B = Interval.near(0.044715).times(A);

    @Override
    public Both at(TaylorForm x) {
      TaylorForm square = x.times(x);
      Gate gate = Gate.of(x.times(square.times(B).plus(A)));
      TaylorForm bend = x.times(square.times(B.times(3)).plus(A)).times(gate.complement);
      return new Both(x.times(gate.sigmoid), gate.sigmoid.times(bend.plus(Interval.ONE)));
    }

    private static Interval gate(Interval t) {
      return t.times(A.plus(B.times(t.power(2)))).negate().exp();
    }

    @Override
    public Interval tailValue(Interval t) {
      return t.times(gate(t));
    }

    @Override
    public Interval tailDerivative(Interval t) {
      Interval slope = A.plus(B.times(3).times(t.power(2)));
      return gate(t).times(t.times(slope).plus(Interval.ONE));
    }
  }

  /**
   * x·ω(x), ω = p/(p + 2), p = e·(e + 2), e = exp(x); f′ = ω + x·4e(e + 1)/(p + 2)². On the right
   * in m = exp(−x), ω = (1 + 2m)/D, D = 1 + 2m + 2m², ω′ = 4m²(1 + m)/D².
   *
   * <p>With e = exp(−t) ≤ ⅓, on the left ω ≤ 1.5e and ω′ ≤ 2e; on the right 1 − ω ≤ 2e² and ω′ ≤
   * 8e², which are less.
   */
  record MishEnclosure() implements ActivationEnclosure {
    @Override
    public Both at(TaylorForm x) {
      boolean isRight = x.atExpansionPoint().middle() > 0;
      TaylorForm e = (isRight ? x.negate() : x).exp();
      TaylorForm next = e.plus(Interval.ONE);
      TaylorForm square = e.times(e);
      TaylorForm numerator =
          isRight ? e.times(Interval.of(2)).plus(Interval.ONE) : e.times(e.plus(Interval.of(2)));
      TaylorForm denominator =
          isRight ? numerator.plus(square.times(Interval.of(2))) : numerator.plus(Interval.of(2));
      TaylorForm gate = numerator.dividedBy(denominator);
      TaylorForm slope =
          (isRight ? square : e)
              .times(next)
              .times(Interval.of(4))
              .dividedBy(denominator.times(denominator));
      return new Both(x.times(gate), gate.plus(x.times(slope)));
    }

    @Override
    public Interval tailValue(Interval t) {
      return t.times(1.5).times(t.negate().exp());
    }

    @Override
    public Interval tailDerivative(Interval t) {
      return t.times(2).plus(Interval.of(1.5)).times(t.negate().exp());
    }
  }

  /** σ(z) and 1 − σ(z), from an exponential that does not overflow. */
  record Gate(TaylorForm sigmoid, TaylorForm complement) {
    static Gate of(TaylorForm z) {
      boolean isRight = z.atExpansionPoint().middle() > 0;
      TaylorForm e = (isRight ? z.negate() : z).exp();
      TaylorForm large = z.like(Interval.ONE).dividedBy(e.plus(Interval.ONE));
      TaylorForm small = e.times(large);
      return isRight ? new Gate(large, small) : new Gate(small, large);
    }
  }
}
