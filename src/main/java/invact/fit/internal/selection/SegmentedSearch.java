package invact.fit.internal.selection;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.Scale;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.fit.FitException;
import invact.fit.internal.minimax.BranchMinimax;
import invact.fit.internal.minimax.Curve;
import invact.fit.internal.minimax.InvertedDerivative;
import invact.fit.internal.minimax.MinimaxFit;
import invact.fit.internal.minimax.MinimaxFitter;
import invact.fit.internal.rounding.CoefficientRounding;
import invact.form.internal.Approximant;
import invact.form.internal.SegmentedPolynomial;
import invact.numeric.Dtype;
import java.util.Optional;

/**
 * Minimax polynomials of degree 5 on eight segments of the root over both branches: a SIMD register
 * of eight lanes holds one coefficient of all segments, and each lane picks its own without a
 * branch or a division.
 *
 * <p>The branches share the segments so that the larger of their errors is least. Next to T errors
 * weigh {@value #WEIGHT_AT_T} times: the irreducible error in fp32 is 4·10⁻⁵ there, and the
 * approximant adds less than a tenth.
 */
final class SegmentedSearch {
  private static final int SEGMENTS = 8;
  private static final int DEGREE = 5;

  /** |f′ − 1| beyond the cut-off. */
  private static final double CUTOFF_ERROR = 1e-6;

  private static final double WEIGHT_AT_T = 3;

  /** x − T in scales of f, to the power −4, at which half of the additional weight is left. */
  private static final double WEIGHT_DECAY = 400;

  private final Activation activation;

  SegmentedSearch(Activation activation) {
    this.activation = activation;
  }

  /**
   * The set with the best share of segments.
   *
   * @throws FitException if an exchange does not converge
   */
  CoefficientSet fit(String name) {
    Fitted left = fitted(Branch.LEFT, 1);
    Fitted right = fitted(Branch.RIGHT, SEGMENTS - 1);
    for (int segments = 2; segments < SEGMENTS; segments++) {
      Fitted nextLeft = fitted(Branch.LEFT, segments);
      Fitted nextRight = fitted(Branch.RIGHT, SEGMENTS - segments);
      // The left error falls from one share to the next, the right one rises.
      if (larger(nextLeft, nextRight) >= larger(left, right)) {
        break;
      }
      left = nextLeft;
      right = nextRight;
    }
    return new CoefficientSet(
        name, activation, Optional.of(Dtype.FP32), left.coefficients(), right.coefficients());
  }

  private static double larger(Fitted left, Fitted right) {
    return StrictMath.max(left.error(), right.error());
  }

  /** One branch with some of the segments, and its largest weighted error before rounding. */
  private Fitted fitted(Branch branch, int segments) {
    boolean isLeft = branch == Branch.LEFT;
    double cutoff =
        isLeft ? Double.POSITIVE_INFINITY : InvertedDerivative.cutoff(activation, CUTOFF_ERROR);
    Curve curve =
        (isLeft
                ? InvertedDerivative.of(activation, branch, Target.DERIVATIVE)
                : InvertedDerivative.upTo(activation, Target.DERIVATIVE, cutoff))
            .withWeight(this::weight);
    SegmentedPolynomial form = new SegmentedPolynomial(segments, DEGREE, cutoff);
    MinimaxFit fit = new MinimaxFitter().fit(form, curve);
    double[] rounded = new CoefficientRounding(Dtype.FP32).plain(fit.coefficients());
    BranchApproximant approximant =
        new BranchApproximant(
            activation, branch, Target.DERIVATIVE, new Approximant(form, rounded));
    return new Fitted(BranchMinimax.coefficients(approximant, curve, fit), fit.largestError());
  }

  private double weight(double x) {
    double distance = (x - activation.argmin()) / Scale.of(activation);
    double square = distance * distance;
    return 1 + (WEIGHT_AT_T - 1) / (1 + WEIGHT_DECAY * square * square);
  }
}
