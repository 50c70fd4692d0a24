package invact.runtime.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.Provenance;
import invact.coefficients.internal.ShippedSets;
import invact.fit.internal.minimax.Curve;
import invact.fit.internal.minimax.InvertedDerivative;
import invact.fit.internal.minimax.MinimaxFitter;
import invact.form.internal.Approximant;
import invact.form.internal.Form;
import invact.form.internal.RootPolynomial;
import invact.form.internal.RootRational;
import java.util.List;

/** Sets of algebraic forms, shipped or fitted here: what the fast kernels are made for. */
final class MinimaxSets {
  /** |f′ − 1| beyond the cut-offs. */
  private static final double CUTOFF_ERROR = 5e-6;

  /** Nearer to level than this double precision does not get the rationals of type 5/5. */
  private static final double RATIONAL_TOLERANCE = 1e-3;

  /** Eight segments over both branches, of degree 5. */
  static final List<CoefficientSet> SEGMENTED =
      List.of(ShippedSets.load("gelu-segmented"), ShippedSets.load("silu-segmented"));

  /** A rational of type 5/5 on the left, a polynomial of degree 16 on the right. */
  static final List<CoefficientSet> RATIONAL =
      List.of(rational(Activations.GELU), rational(Activations.SILU));

  /** The same forms for σ instead of f′. */
  static final CoefficientSet SIGMOID =
      set("silu-rational-sigmoid", Activations.SILU, Target.SIGMOID);

  private MinimaxSets() {}

  private static CoefficientSet rational(Activation f) {
    return set(f.name() + "-rational", f, Target.DERIVATIVE);
  }

  private static CoefficientSet set(String name, Activation f, Target target) {
    double cutoff = InvertedDerivative.cutoff(f, CUTOFF_ERROR);
    double centre = Math.rint(8 * Math.sqrt(cutoff)) / 16;
    // About the middle of the branch: in powers of √u the terms would cancel in fp32.
    double leftCentre = Math.rint(16 * Math.sqrt(-f.minimum())) / 32;
    Form left = new RootRational(5, 5, leftCentre, Double.POSITIVE_INFINITY);
    Form right = new RootPolynomial(16, centre, cutoff);
    return new CoefficientSet(
        name,
        f,
        piece(f, Branch.LEFT, target, left, InvertedDerivative.of(f, Branch.LEFT, target)),
        piece(f, Branch.RIGHT, target, right, InvertedDerivative.upTo(f, target, cutoff)));
  }

  private static BranchCoefficients piece(
      Activation f, Branch branch, Target target, Form form, Curve curve) {
    MinimaxFitter fitter = new MinimaxFitter();
    double[] coefficients =
        (form instanceof RootRational ? fitter.withTolerance(RATIONAL_TOLERANCE) : fitter)
            .fit(form, curve)
            .coefficients();
    return BranchCoefficients.measured(
        new BranchApproximant(f, branch, target, new Approximant(form, coefficients)),
        new Provenance.Published("this test", "a minimax fit"));
  }
}
