package invact.runtime.cuda;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.approx.Approximant;
import invact.approx.Form;
import invact.approx.RootExponential;
import invact.approx.RootPolynomial;
import invact.approx.RootRational;
import invact.approx.SegmentedPolynomial;
import invact.coefficient.BranchApproximant;
import invact.coefficient.CoefficientSet;
import invact.coefficient.Origin;
import invact.coefficient.Piece;
import invact.coefficient.PublishedCoefficients;
import invact.fit.minimax.InvertedDerivative;
import invact.fit.minimax.MinimaxFitter;
import java.util.ArrayList;
import java.util.List;

/** Coefficient sets of all forms, fitted where they are needed. */
public final class DeviceSets {
  private static final double TOLERANCE = 1e-3;

  private DeviceSets() {}

  /** The sets whose backward passes are to run at the speed of a copy. */
  static List<CoefficientSet> fast() {
    List<CoefficientSet> sets = new ArrayList<>();
    for (Activation f : Activations.paper()) {
      double cutoff = InvertedDerivative.cutoff(f, 1e-5);
      Form right = new RootPolynomial(16, middle(cutoff), cutoff);
      double end = Math.round(1e3 * Math.sqrt(-f.minimum())) / 1e3;
      sets.add(set("polynomial", f, new RootPolynomial(10, end / 2, NONE), right));
      sets.add(set("rational", f, new RootRational(5, 5, end, NONE), right));
    }
    return sets;
  }

  /** Sets of all forms. */
  static List<CoefficientSet> all() {
    List<CoefficientSet> sets = new ArrayList<>(fast());
    for (Activation f : Activations.paper()) {
      sets.add(PublishedCoefficients.of(f).orElseThrow());
      double cutoff = InvertedDerivative.cutoff(f, 1e-5);
      sets.add(
          set(
              "segmented",
              f,
              new SegmentedPolynomial(3, 5),
              new SegmentedPolynomial(5, 5, cutoff)));
      sets.add(
          set(
              "exponential",
              f,
              new RootPolynomial(6),
              new RootExponential(
                  3,
                  f == Activations.GELU
                      ? RootExponential.Decay.GAUSSIAN
                      : RootExponential.Decay.EXPONENTIAL,
                  NONE)));
    }
    return sets;
  }

  private static final double NONE = Double.POSITIVE_INFINITY;

  private static double middle(double cutoff) {
    return Math.round(8 * Math.sqrt(cutoff) / 2) / 8.0;
  }

  private static CoefficientSet set(String kind, Activation f, Form left, Form right) {
    return new CoefficientSet(
        f.name() + "-" + kind, f, piece(f, Branch.LEFT, left), piece(f, Branch.RIGHT, right));
  }

  private static Piece piece(Activation f, Branch branch, Form form) {
    double cutoff =
        switch (form) {
          case RootPolynomial q -> q.cutoff();
          case RootRational q -> q.cutoff();
          case SegmentedPolynomial q -> q.cutoff();
          default -> NONE;
        };
    double[] c =
        new MinimaxFitter()
            .withTolerance(TOLERANCE)
            .fit(
                form,
                cutoff == NONE
                    ? InvertedDerivative.of(f, branch, Target.DERIVATIVE)
                    : InvertedDerivative.upTo(f, Target.DERIVATIVE, cutoff))
            .coefficients();
    return Piece.measured(
        new BranchApproximant(f, branch, Target.DERIVATIVE, new Approximant(form, c)),
        new Origin.Published("minimax fit for tests", form.name()));
  }

  public static void main(String[] args) {
    for (CoefficientSet set : all()) {
      System.out.println(
          set.name()
              + " "
              + set.left().derivativeError()
              + " "
              + set.right().approximant().approximant().form().name()
              + " "
              + set.right().derivativeError());
    }
  }
}
