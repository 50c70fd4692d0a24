package invact.certify.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.Scale;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.ErrorBound;
import invact.form.internal.Approximant;
import invact.form.internal.FloatApproximant;
import invact.form.internal.PaperRight;
import invact.form.internal.RationalPieces;
import invact.form.internal.RootExponential;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The error on all of a branch from some distance from T on, where f′ has all but reached its
 * limit.
 *
 * <ul>
 *   <li>Left: u lies between |f(T)| − |f| and |f(T)|, an interval as narrow as f is small.
 *   <li>Right, beyond a cut-off: g = 1.
 *   <li>Right, an exponential: |p(√u)|·exp(−E(u)) falls from U on if uᵐ·exp(−E(u)) does, m the
 *       largest power of p in u, that is if m ≤ U·E′(U), U·E′(U) rising.
 *   <li>Right, a rational of the root t: the same rational of 1/t, t from √U − centre on.
 * </ul>
 *
 * @param from the distance from T
 * @param error the error beyond it
 */
record Tail(double from, ErrorBound error) {
  /** The error's bounds differ by no more, or by this share. */
  private static final double NEGLIGIBLE = 0x1p-44;

  private static final double SHARE = 1e-4;

  private static final double FARTHEST = 0x1p100;

  private static final Domain POINT = new Domain(Interval.ZERO, 0);

  /** The nearest tail whose error is known well enough. */
  static Tail of(
      BranchApproximant approximant,
      ActivationEnclosure activation,
      Minimum minimum,
      ProgramEnclosure q) {
    Activation f = approximant.activation();
    double start = activation.settled(Scale.of(f)) - f.argmin();
    for (double far = start; far < FARTHEST; far *= 1.25) {
      double x = f.argmin() + approximant.branch().sign() * far;
      Interval t = Interval.of(StrictMath.abs(x));
      // A little more, so that what is proved from x on holds from there on.
      double from = far * (1 + 0x1p-40);
      try {
        Tail tail =
            new Tail(
                from,
                approximant.branch() == Branch.LEFT
                    ? left(approximant, activation, minimum, q, t)
                    : right(approximant, activation, minimum, q, t));
        double gap = tail.error.upper() - tail.error.lower();
        if (gap <= StrictMath.max(NEGLIGIBLE, SHARE * tail.error.upper())) {
          return tail;
        }
      } catch (NoEnclosureException e) {
        // Farther out there may be one.
      }
    }
    throw new CertificateException(
        "the error on the "
            + approximant.branch().label()
            + " branch is not bounded: "
            + approximant.approximant().form().name()
            + " has no limit far out");
  }

  private static ErrorBound left(
      BranchApproximant approximant,
      ActivationEnclosure activation,
      Minimum minimum,
      ProgramEnclosure q,
      Interval t) {
    Interval slope = around0(activation.tailDerivative(t));
    Interval y = new Interval(-activation.tailValue(t).high(), 0);
    Interval all = error(approximant, q, minimum, y, slope);
    Interval limit = error(approximant, q, minimum, Interval.ZERO, Interval.ZERO);
    return new ErrorBound(limit.mignitude(), all.magnitude(), Double.NEGATIVE_INFINITY);
  }

  private static ErrorBound right(
      BranchApproximant approximant,
      ActivationEnclosure activation,
      Minimum minimum,
      ProgramEnclosure q,
      Interval t) {
    Interval least = t.minus(activation.tailValue(t)).minus(minimum.value());
    Interval u = new Interval(least.low(), Double.POSITIVE_INFINITY);
    Interval beyond = beyond(approximant, q, minimum, u);
    Interval slope = around0(activation.tailDerivative(t));
    double limit = beyond.mignitude();
    return new ErrorBound(limit, beyond.plus(slope).magnitude(), Double.POSITIVE_INFINITY);
  }

  /** g − 1 of all heights from one on. */
  private static Interval beyond(
      BranchApproximant approximant, ProgramEnclosure q, Minimum minimum, Interval u) {
    Approximant form = approximant.approximant();
    double cutoff = form.form().cutoff();
    if (u.low() > StrictMath.max(cutoff, (float) cutoff)) {
      return Interval.ZERO;
    }
    if (cutoff < Double.POSITIVE_INFINITY) {
      throw new NoEnclosureException("on both sides of the cut-off");
    }
    float[] c = FloatApproximant.rounded(form);
    return switch (form.form()) {
      case PaperRight _ -> {
        Interval distance = Interval.of(u.low()).minus(Interval.of(c[4]));
        requireRising(distance);
        Interval slope = distance.power(2).times(3.0 * c[3]);
        Interval exponent = distance.power(3).times(c[3]);
        yield damped(approximant, minimum, new float[] {c[0], c[1], c[2]}, u, exponent, slope);
      }
      case RootExponential exponential -> {
        boolean isGaussian = exponential.decay() == RootExponential.Decay.GAUSSIAN;
        Interval at = Interval.of(u.low());
        float k = c[c.length - 1];
        yield damped(
            approximant,
            minimum,
            Arrays.copyOf(c, c.length - 1),
            u,
            (isGaussian ? at.power(2) : at).times(k),
            isGaussian ? at.times(2.0 * k) : Interval.of(k));
      }
      default -> {
        RationalPieces pieces =
            form.form().pieces(c).orElseThrow(() -> new NoEnclosureException("no limit"));
        if (approximant.target() != Target.DERIVATIVE) {
          throw new NoEnclosureException("1 − q times y has no limit");
        }
        yield rational(pieces, u).minus(Interval.ONE);
      }
    };
  }

  private static void requireRising(Interval distance) {
    if (distance.low() <= 0) {
      throw new NoEnclosureException("the exponential has not begun to fall");
    }
  }

  /**
   * p(√u)·exp(−E(u)) for all u from one on; with the target σ that times 1 − y.
   *
   * @param c the coefficients of p
   * @param exponent E at the least u
   * @param slope E′ there
   */
  private static Interval damped(
      BranchApproximant approximant,
      Minimum minimum,
      float[] c,
      Interval u,
      Interval exponent,
      Interval slope) {
    Interval least = Interval.of(u.low());
    double power = 0.5 * (c.length - 1);
    Interval root = least.sqrt();
    Interval size = Interval.ZERO;
    for (int j = c.length - 1; j >= 0; j--) {
      size = size.times(root).plus(Interval.of(StrictMath.abs(c[j])));
    }
    if (approximant.target() == Target.SIGMOID) {
      power++;
      // |1 − y| is at most 1 + |f(T)| + u.
      size = size.times(least.plus(Interval.ONE).minus(minimum.value()));
    }
    if (!(least.times(slope).low() >= power)) {
      throw new NoEnclosureException("the exponential does not outweigh its factor yet");
    }
    return around0(size.times(exponent.negate().exp()));
  }

  /** A rational of the root from one height on. */
  private static Interval rational(RationalPieces pieces, Interval u) {
    int last = pieces.count() - 1;
    int m = pieces.numeratorDegree();
    int n = pieces.denominatorDegree();
    Interval t = Interval.of(u.low()).sqrt().minus(Interval.of(pieces.starts()[last]));
    boolean isLastSegment = last == 0 || t.low() > 0;
    if (m > n || !isLastSegment || t.low() <= 0) {
      throw new NoEnclosureException("the rational has no limit, or not yet");
    }
    Interval inverse = new Interval(0, Interval.ONE.dividedBy(t).high());
    float[] a = pieces.numerators()[last];
    float[] b = pieces.denominators()[last];
    Interval above =
        IntStream.rangeClosed(0, m)
            .mapToObj(j -> Interval.of(a[j]))
            .reduce(Interval.ZERO, (sum, next) -> sum.times(inverse).plus(next));
    Interval below =
        IntStream.rangeClosed(0, n)
            .mapToObj(j -> j == 0 ? Interval.ONE : Interval.of(b[j - 1]))
            .reduce(Interval.ZERO, (sum, next) -> sum.times(inverse).plus(next));
    return above.times(inverse.power(n - m)).dividedBy(below);
  }

  private static Interval around0(Interval size) {
    return new Interval(-size.high(), size.high());
  }

  /** The errors for some outputs of the left branch. */
  private static Interval error(
      BranchApproximant approximant,
      ProgramEnclosure q,
      Minimum minimum,
      Interval output,
      Interval slope) {
    TaylorForm y = TaylorForm.constant(POINT, output);
    TaylorForm u = y.plus(minimum.value().negate());
    return q.values(u).stream()
        .map(value -> ExactError.derivative(approximant, value, y).range().minus(slope))
        .reduce(Interval::hull)
        .orElseThrow();
  }
}
