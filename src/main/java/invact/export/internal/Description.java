package invact.export.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.ErrorInUse;
import invact.coefficients.internal.Provenance;
import invact.form.internal.Form;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.numeric.internal.PerDtype;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What a set is and how good it is, in words for the comment of an exported file. */
final class Description {
  private Description() {}

  /** The lines on one set. */
  static List<String> of(CoefficientSet set) {
    Activation f = set.activation();
    List<String> lines = new ArrayList<>();
    Collections.addAll(
        lines,
        set.name() + ": " + f.title() + ", f(x) = " + f.formula(),
        "  T = " + f.argmin() + ", f(T) = " + f.minimum(),
        "  left, x < T:   " + form(set.left()),
        "    coefficients " + provenance(set.left().provenance()),
        "    error " + error(set.left()),
        "  right, x >= T: " + form(set.right()),
        "    coefficients " + provenance(set.right().provenance()),
        "    error " + error(set.right()));
    set.errorInUse()
        .ifPresent(
            errors -> PerDtype.DTYPES.forEach(dtype -> lines.add(inUse(dtype, errors.get(dtype)))));
    return List.copyOf(lines);
  }

  private static String inUse(Dtype dtype, ErrorInUse error) {
    return String.format(
        Locale.ROOT,
        "  in use, %s, x ~ N(0, 1): RMS %.3e (irreducible %.3e), bias %.1e, max %.3e (%.3e)",
        dtype.label(),
        error.found().rms(),
        error.irreducibleRms(),
        error.found().bias(),
        error.found().maxAbs(),
        error.irreducibleMaxAbs());
  }

  private static String form(BranchCoefficients piece) {
    BranchApproximant approximant = piece.approximant();
    Form form = approximant.approximant().form();
    String q = form.formula() + " (" + form.name() + ")";
    return approximant.target() == Target.DERIVATIVE ? "g = " + q : "g = q + y·(1 − q), q = " + q;
  }

  private static String error(BranchCoefficients piece) {
    ErrorSummary error = piece.derivativeError();
    String range = piece.approximant().branch() == Branch.LEFT ? "[T - 1024, T]" : "[T, T + 1024]";
    return String.format(
        Locale.ROOT,
        "on %s: RMS %.2e, bias %.2e, max %.2e at x = %.5f",
        range,
        error.rms(),
        error.bias(),
        error.maxAbs(),
        error.maxAbsAt());
  }

  private static String provenance(Provenance provenance) {
    return switch (provenance) {
      case Provenance.Published published ->
          "published: " + published.source() + "; " + published.note();
      case Provenance.Fitted fitted ->
          "fitted: least squares, "
              + fitted.sampling().label()
              + ", "
              + fitted.points()
              + " points of x in "
              + range(fitted.rangeLow(), fitted.rangeHigh());
      case Provenance.Minimax minimax ->
          "fitted: minimax, x in " + range(minimax.rangeLow(), minimax.rangeHigh());
      case Provenance.ConditionalMean mean ->
          "fitted: mean of f' given y in "
              + mean.dtype().label()
              + ", "
              + mean.points()
              + " outputs, density of x "
              + mean.density().description();
    };
  }

  private static String range(double low, double high) {
    return "[" + low + ", " + high + "]";
  }
}
