package invact.runtime.cuda;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.Provenance;
import invact.coefficients.internal.ShippedSets;
import invact.fit.internal.minimax.InvertedDerivative;
import invact.fit.internal.minimax.MinimaxFitter;
import invact.form.internal.Approximant;
import invact.form.internal.Form;
import invact.form.internal.RootExponential;
import invact.form.internal.RootPolynomial;
import invact.form.internal.RootRational;
import invact.form.internal.SegmentedPolynomial;
import java.util.ArrayList;
import java.util.List;

/** Coefficient sets of all forms, fitted where they are needed. */
public final class DeviceSets {
  private static final double TOLERANCE = 1e-3;

  private static final double NONE = Double.POSITIVE_INFINITY;

  private DeviceSets() {}

  /** The sets of all shapes for which there are kernels, but for the shipped ones. */
  private static final List<CoefficientSet> FITTED = fitted();

  private static List<CoefficientSet> fitted() {
    List<CoefficientSet> sets = new ArrayList<>();
    for (Activation f : Activations.paper()) {
      double cutoff = InvertedDerivative.cutoff(f, 1e-5);
      double centre = middle(cutoff);
      double end = Math.round(1e3 * Math.sqrt(-f.minimum())) / 1e3;
      sets.add(
          set(
              "short",
              f,
              new RootPolynomial(8, end / 2, NONE),
              new RootPolynomial(12, centre, cutoff)));
      sets.add(
          set(
              "polynomial",
              f,
              new RootPolynomial(10, end / 2, NONE),
              new RootPolynomial(16, centre, cutoff)));
      sets.add(
          set(
              "long",
              f,
              new RootPolynomial(12, end / 2, NONE),
              new RootPolynomial(18, centre, cutoff)));
      sets.add(
          set(
              "mixed",
              f,
              new RootRational(5, 5, end, NONE),
              new RootPolynomial(16, centre, cutoff)));
      sets.add(
          set(
              "segmented",
              f,
              new SegmentedPolynomial(3, 5),
              new SegmentedPolynomial(5, 5, cutoff)));
      // No kernel is made for these but in bf16.
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
    return List.copyOf(sets);
  }

  /** A set of the activation; of GELU and SiLU one that has a kernel of its shape. */
  public static CoefficientSet fast(Activation activation) {
    return all().stream()
        .filter(set -> set.activation().equals(activation))
        .findFirst()
        .orElseThrow();
  }

  /** Sets of all forms: the shipped ones and {@link #FITTED}. */
  public static List<CoefficientSet> all() {
    List<CoefficientSet> sets = new ArrayList<>(FITTED);
    ShippedSets.names().stream().map(ShippedSets::load).forEach(sets::add);
    return sets;
  }

  private static double middle(double cutoff) {
    return Math.round(8 * Math.sqrt(cutoff) / 2) / 8.0;
  }

  private static CoefficientSet set(String kind, Activation f, Form left, Form right) {
    return new CoefficientSet(
        f.name() + "-" + kind, f, piece(f, Branch.LEFT, left), piece(f, Branch.RIGHT, right));
  }

  private static BranchCoefficients piece(Activation f, Branch branch, Form form) {
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
    return BranchCoefficients.measured(
        new BranchApproximant(f, branch, Target.DERIVATIVE, new Approximant(form, c)),
        new Provenance.Published("minimax fit for tests", form.name()));
  }
}
