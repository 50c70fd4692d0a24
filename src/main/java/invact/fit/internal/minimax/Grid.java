package invact.fit.internal.minimax;

import invact.fit.FitException;
import invact.form.internal.Form;
import invact.sampling.internal.ChebyshevPoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Samples of a curve, and the extrema of an error between them.
 *
 * <p>The points are x = low + (high − low)·(1 − cos(πi/n))/2, dense at both ends, where errors of
 * best approximants oscillate fastest.
 */
final class Grid {
  /** A local extremum of the error. */
  record Extremum(Sample sample, double error) {
    double size() {
      return StrictMath.abs(error);
    }
  }

  private final Curve curve;
  private final Sample[] samples;

  /** Samples a curve at n + 1 points. */
  Grid(Curve curve, int n) {
    this.curve = curve;
    samples = new Sample[n + 1];
    for (int i = 0; i <= n; i++) {
      double x = ChebyshevPoints.at(curve.low(), curve.high(), i, n);
      samples[i] = curve.sample(x);
      if (!(samples[i].height() >= 0
          && samples[i].weight() >= 0
          && Double.isFinite(samples[i].height() + samples[i].value() + samples[i].weight()))) {
        throw new FitException(
            "the curve has no finite value, height ≥ 0 and weight ≥ 0 at x = " + x);
      }
    }
  }

  Curve curve() {
    return curve;
  }

  /** The points, by ascending x. */
  List<Sample> samples() {
    return List.of(samples);
  }

  /** The point of the curve at x, or the end that x is beyond. */
  Sample nearest(double x) {
    return curve.sample(StrictMath.min(StrictMath.max(x, curve.low()), curve.high()));
  }

  /** √u at both ends, the smaller first. */
  double[] rootRange() {
    double first = samples[0].root();
    double last = samples[samples.length - 1].root();
    return new double[] {StrictMath.min(first, last), StrictMath.max(first, last)};
  }

  /** The largest w·|v|. */
  double scale() {
    double scale = 0;
    for (Sample sample : samples) {
      scale = StrictMath.max(scale, sample.weight() * StrictMath.abs(sample.value()));
    }
    return scale;
  }

  /**
   * Different points of the grid that lie, in the root, near the extrema of a Chebyshev polynomial.
   */
  List<Sample> chebyshevReference(int count) {
    double first = samples[0].root();
    double last = samples[samples.length - 1].root();
    List<Sample> reference = new ArrayList<>();
    int i = 0;
    for (int k = 0; k < count; k++) {
      double distance = ChebyshevPoints.at(0, StrictMath.abs(last - first), k, count - 1);
      int latest = samples.length - (count - k);
      while (i < latest && StrictMath.abs(samples[i].root() - first) < distance) {
        i++;
      }
      reference.add(samples[i]);
      i++;
    }
    return reference;
  }

  /**
   * The points where the error is largest in size between two changes of its sign: their errors
   * alternate. An extremum between grid points is found on the parabola through three of them; with
   * a hundred points from one sign change to the next its error is right to 10⁻⁸.
   *
   * @return the extrema, by ascending x; nothing if the error is not finite somewhere
   */
  Optional<List<Extremum>> alternation(Form form, double[] coefficients) {
    double[] errors = new double[samples.length];
    for (int i = 0; i < errors.length; i++) {
      errors[i] = samples[i].error(form, coefficients);
      if (!Double.isFinite(errors[i])) {
        return Optional.empty();
      }
    }
    List<Extremum> extrema = new ArrayList<>();
    int start = 0;
    while (start < errors.length) {
      boolean positive = errors[start] > 0;
      int peak = start;
      int end = start + 1;
      while (end < errors.length && errors[end] > 0 == positive) {
        if (StrictMath.abs(errors[end]) > StrictMath.abs(errors[peak])) {
          peak = end;
        }
        end++;
      }
      if (errors[peak] != 0) {
        extrema.add(refined(form, coefficients, errors, peak));
      }
      start = end;
    }
    return Optional.of(extrema);
  }

  private Extremum refined(Form form, double[] coefficients, double[] errors, int peak) {
    Extremum onGrid = new Extremum(samples[peak], errors[peak]);
    if (peak == 0 || peak == errors.length - 1) {
      return onGrid;
    }
    double before = samples[peak - 1].x() - samples[peak].x();
    double after = samples[peak + 1].x() - samples[peak].x();
    double slopeBefore = (errors[peak - 1] - errors[peak]) / before;
    double slopeAfter = (errors[peak + 1] - errors[peak]) / after;
    double curvature = (slopeAfter - slopeBefore) / (after - before);
    double step = -0.5 * (slopeBefore - curvature * before) / curvature;
    if (!(step > before && step < after)) {
      return onGrid;
    }
    Sample vertex = curve.sample(samples[peak].x() + step);
    Extremum between = new Extremum(vertex, vertex.error(form, coefficients));
    return between.size() > onGrid.size() && between.error > 0 == onGrid.error > 0
        ? between
        : onGrid;
  }
}
