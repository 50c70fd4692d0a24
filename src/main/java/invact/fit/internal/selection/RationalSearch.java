package invact.fit.internal.selection;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.fit.FitException;
import invact.fit.internal.minimax.BranchMinimax;
import invact.fit.internal.minimax.Curve;
import invact.fit.internal.minimax.InvertedDerivative;
import invact.fit.internal.minimax.MinimaxFit;
import invact.fit.internal.minimax.MinimaxFitter;
import invact.fit.internal.rounding.CoefficientRounding;
import invact.fit.internal.rounding.ErrorSamples;
import invact.form.internal.Approximant;
import invact.form.internal.RootRational;
import invact.numeric.Dtype;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The cheapest rational in the root that is near enough to the exact function in fp32: minimax, its
 * coefficients rounded to fp32 together, its error measured in the arithmetic of use.
 *
 * <p>Types are tried by ascending number of coefficients, numerator and denominator of equal degree
 * or one apart, up to {@value #LARGEST_DEGREE}: two branches of that type take 60 issue slots at
 * most. Of each type a few centres are tried: the rational function is the same, but what fp32
 * leaves of it is not.
 */
final class RationalSearch {
  /**
   * The largest error on the whole branch. A twentieth of the irreducible error in fp32, which is
   * largest next to T: 3.9·10⁻⁵ (GELU) and 4.4·10⁻⁵ (SiLU).
   */
  private static final double TOLERANCE = 2e-6;

  /** |f′ − 1| beyond the cut-off. */
  private static final double CUTOFF_ERROR = 1e-6;

  /** The least sum of both degrees. */
  private static final int LEAST_SUM = 6;

  private static final int LARGEST_DEGREE = 7;

  /** Where on the range of the root powers may be centred: where cancellation was found least. */
  private static final List<Double> RIGHT_CENTRES = List.of(0.5, 0.375, 0.625);

  private static final double CENTRE_STEP = 0x1p-3;

  /** Points on which the lattice of roundings is laid out. */
  private static final int LATTICE_INTERVALS = 256;

  /** Points at which the error is measured: a hundred and more from one extremum to the next. */
  private static final int CHECK_INTERVALS = 4096;

  private final Activation activation;
  private final Branch branch;
  private final Curve curve;
  private final double cutoff;
  private final ErrorSamples lattice;
  private final ErrorSamples check;

  RationalSearch(Activation activation, Branch branch) {
    this.activation = activation;
    this.branch = branch;
    boolean right = branch == Branch.RIGHT;
    cutoff = right ? InvertedDerivative.cutoff(activation, CUTOFF_ERROR) : Double.POSITIVE_INFINITY;
    curve =
        right
            ? InvertedDerivative.upTo(activation, Target.DERIVATIVE, cutoff)
            : InvertedDerivative.of(activation, branch, Target.DERIVATIVE);
    lattice = ErrorSamples.of(curve, LATTICE_INTERVALS);
    check = ErrorSamples.of(curve, CHECK_INTERVALS);
  }

  /**
   * The cheapest branch.
   *
   * @throws FitException if no type reaches the tolerance
   */
  BranchCoefficients fit() {
    for (int sum = LEAST_SUM; sum <= 2 * LARGEST_DEGREE; sum++) {
      int half = sum / 2;
      for (int numerator : sum % 2 == 0 ? new int[] {half} : new int[] {half, half + 1}) {
        Optional<Fitted> best = best(numerator, sum - numerator);
        if (best.isPresent() && best.get().error() <= TOLERANCE) {
          return best.get().coefficients();
        }
      }
    }
    throw new FitException(
        "no rational up to type %d/%d brings the %s branch of %s within %s"
            .formatted(
                LARGEST_DEGREE, LARGEST_DEGREE, branch.label(), activation.name(), TOLERANCE));
  }

  /** The best centre of one type; nothing if the exact minimax error is already too large. */
  private Optional<Fitted> best(int numerator, int denominator) {
    List<Fitted> all = new ArrayList<>();
    for (double centre : centres()) {
      Optional<Fitted> fitted = fitted(new RootRational(numerator, denominator, centre, cutoff));
      if (fitted.isEmpty()) {
        break;
      }
      all.add(fitted.get());
    }
    return all.stream().min(Comparator.comparingDouble(Fitted::error));
  }

  /** A form with rounded coefficients, and their largest error in fp32 arithmetic. */
  private Optional<Fitted> fitted(RootRational form) {
    MinimaxFit fit;
    try {
      fit = new MinimaxFitter().fit(form, curve);
    } catch (FitException e) {
      // Some types have no best approximant that an exchange finds; the next one has.
      return Optional.empty();
    }
    if (fit.largestError() > TOLERANCE) {
      return Optional.empty();
    }
    CoefficientRounding.Rounded rounded =
        new CoefficientRounding(Dtype.FP32)
            .round(form, fit.coefficients(), lattice, c -> check.largestInSingle(form, c));
    BranchApproximant approximant =
        new BranchApproximant(
            activation, branch, Target.DERIVATIVE, new Approximant(form, rounded.coefficients()));
    return Optional.of(
        new Fitted(BranchMinimax.coefficients(approximant, curve, fit), rounded.measure()));
  }

  private Set<Double> centres() {
    Set<Double> centres = new LinkedHashSet<>();
    if (branch == Branch.LEFT) {
      centres.add(InvertedDerivative.leftCentre(activation));
    } else {
      double step = CENTRE_STEP * StrictMath.sqrt(curve.scale());
      for (double part : RIGHT_CENTRES) {
        centres.add(
            step * StrictMath.max(StrictMath.rint(part * StrictMath.sqrt(cutoff) / step), 1.0));
      }
    }
    return centres;
  }
}
