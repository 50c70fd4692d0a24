package invact.fit.minimax;

import invact.approx.RootPolynomial;
import invact.approx.SegmentedPolynomial;
import invact.fit.FitException;

/**
 * Break points that make the largest of the segments' errors least.
 *
 * <p>The best error E(a, b) of a segment grows with it, so that the answer is the least error τ for
 * which S segments, each as long as E ≤ τ allows, reach from one end of the curve to the other; all
 * but perhaps the last then have the error τ (C. L. Lawson, "Characteristic properties of the
 * segmented rational minimax approximation problem", Numer. Math. 6 (1964) 293–301). As E ~
 * length^(d + 1), both searches go by the secant in logarithms, within a bracket.
 */
final class SegmentSearch {
  private static final int GRID = 512;
  private static final int MAX_STEPS = 60;
  private static final double SEGMENT_TOLERANCE = 1e-9;

  /** Relative precision of the length of a segment while τ is sought. */
  private static final double LENGTH_TOLERANCE = 1e-9;

  private final SegmentedPolynomial form;
  private final RootPolynomial piece;
  private final Curve curve;
  private final double tolerance;

  /** Whether r grows with x. */
  private final boolean ascending;

  private record Segment(double from, double to, Exchange.Level level) {}

  SegmentSearch(SegmentedPolynomial form, Curve curve, double tolerance) {
    this.form = form;
    this.curve = curve;
    this.tolerance = tolerance;
    piece = new RootPolynomial(form.degree());
    ascending = curve.lift().applyAsDouble(curve.high()) > curve.lift().applyAsDouble(curve.low());
  }

  MinimaxFit fit() {
    throw new FitException("segments: to do");
  }
}
