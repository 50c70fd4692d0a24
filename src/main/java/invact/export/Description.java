package invact.export;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.approx.Form;
import invact.coefficient.BranchApproximant;
import invact.coefficient.CoefficientSet;
import invact.coefficient.Origin;
import invact.coefficient.Piece;
import invact.error.ErrorSummary;
import java.util.List;
import java.util.Locale;

/** What a set is and how good it is, in words for the comment of an exported file. */
final class Description {
  private Description() {}

  /** The lines on one set. */
  static List<String> of(CoefficientSet set) {
    Activation f = set.activation();
    return List.of(
        set.name() + ": " + f.title() + ", f(x) = " + f.formula(),
        "  T = " + f.argmin() + ", f(T) = " + f.minimum(),
        "  left, x < T:   " + form(set.left()),
        "    coefficients " + origin(set.left().origin()),
        "    error " + error(set.left()),
        "  right, x >= T: " + form(set.right()),
        "    coefficients " + origin(set.right().origin()),
        "    error " + error(set.right()));
  }

  private static String form(Piece piece) {
    BranchApproximant approximant = piece.approximant();
    Form form = approximant.approximant().form();
    String q = form.formula() + " (" + form.name() + ")";
    return approximant.target() == Target.DERIVATIVE ? "g = " + q : "g = q + y·(1 − q), q = " + q;
  }

  private static String error(Piece piece) {
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

  private static String origin(Origin origin) {
    return switch (origin) {
      case Origin.Published published ->
          "published: " + published.source() + "; " + published.note();
      case Origin.Fitted fitted ->
          "fitted: "
              + fitted.objective()
              + ", "
              + fitted.sampling()
              + ", "
              + fitted.points()
              + " points of x in "
              + range(fitted.rangeLow(), fitted.rangeHigh());
      case Origin.Minimax minimax ->
          "fitted: minimax, x in " + range(minimax.rangeLow(), minimax.rangeHigh());
      case Origin.ConditionalMean mean ->
          "fitted: mean of f' given y in "
              + mean.dtype()
              + ", "
              + mean.points()
              + " outputs, density of x "
              + mean.density();
    };
  }

  private static String range(double low, double high) {
    return "[" + low + ", " + high + "]";
  }
}
