package invact.fit.internal.selection;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.Scale;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.Provenance;
import invact.fit.FitException;
import invact.fit.internal.minimax.Curve;
import invact.fit.internal.minimax.InvertedDerivative;
import invact.fit.internal.minimax.MinimaxFit;
import invact.fit.internal.minimax.MinimaxFitter;
import invact.fit.internal.rounding.CoefficientRounding;
import invact.form.internal.Approximant;
import invact.form.internal.SegmentedPolynomial;
import invact.numeric.Dtype;
import java.util.Arrays;
import java.util.Optional;

/**
 * Polynomials of degree 5 on eight segments of the root over both branches, what a SIMD register of
 * eight lanes picks coefficients from without a branch or a division; minimax.
 *
 * <p>The branches share the segments so that the larger of their errors is least. Next to T errors
 * weigh {@value #WEIGHT_AT_T} times: there fp32 outputs tell f′ to 4·10⁻⁵ at best, and the
 * approximant is not to add a tenth.
 */
final class SegmentedSearch {
  private static final int SEGMENTS = 8;
  private static final int DEGREE = 5;

  /** |f′ − 1| beyond the cut-off. */
  private static final double CUTOFF_ERROR = 1e-6;

  private static final double WEIGHT_AT_T = 3;

  /** The fourth power of how far from T half of the additional weight is left, inverted. */
  private static final double WEIGHT_DECAY = 400;

  private final Activation activation;

  SegmentedSearch(Activation activation) {
    this.activation = activation;
  }

  /** One branch with some of the segments. */
  private record Candidate(SegmentedPolynomial form, Curve curve, MinimaxFit fit) {}

  /**
   * The set with the best share of segments.
   *
   * @throws FitException if an exchange does not converge
   */
  CoefficientSet fit(String name) {
    Candidate left = null;
    Candidate right = null;
    for (int segments = 1; segments < SEGMENTS; segments++) {
      Candidate nextLeft = candidate(Branch.LEFT, segments);
      Candidate nextRight = candidate(Branch.RIGHT, SEGMENTS - segments);
      // The left error falls from one share to the next, the right one rises.
      boolean better = left == null || larger(nextLeft, nextRight) < larger(left, right);
      if (!better) {
        break;
      }
      left = nextLeft;
      right = nextRight;
    }
    return new CoefficientSet(
        name,
        activation,
        Optional.of(Dtype.FP32),
        piece(Branch.LEFT, left),
        piece(Branch.RIGHT, right));
  }

  private static double larger(Candidate left, Candidate right) {
    return StrictMath.max(left.fit.largestError(), right.fit.largestError());
  }

  private Candidate candidate(Branch branch, int segments) {
    boolean isLeft = branch == Branch.LEFT;
    double cutoff =
        isLeft ? Double.POSITIVE_INFINITY : InvertedDerivative.cutoff(activation, CUTOFF_ERROR);
    Curve curve =
        (isLeft
                ? InvertedDerivative.of(activation, branch, Target.DERIVATIVE)
                : InvertedDerivative.upTo(activation, Target.DERIVATIVE, cutoff))
            .withWeight(this::weight);
    SegmentedPolynomial form = new SegmentedPolynomial(segments, DEGREE, cutoff);
    return new Candidate(form, curve, new MinimaxFitter().fit(form, curve));
  }

  private double weight(double x) {
    double distance = (x - activation.argmin()) / Scale.of(activation);
    double square = distance * distance;
    return 1 + (WEIGHT_AT_T - 1) / (1 + WEIGHT_DECAY * square * square);
  }

  private BranchCoefficients piece(Branch branch, Candidate candidate) {
    MinimaxFit fit = candidate.fit;
    double[] rounded = new CoefficientRounding(Dtype.FP32).plain(fit.coefficients());
    return BranchCoefficients.measured(
        new BranchApproximant(
            activation, branch, Target.DERIVATIVE, new Approximant(candidate.form, rounded)),
        new Provenance.Minimax(
            candidate.curve.low(),
            candidate.curve.high(),
            fit.levelledError(),
            fit.largestError(),
            Arrays.stream(fit.reference()).boxed().toList(),
            fit.starts(),
            fit.agreeing()));
  }
}
