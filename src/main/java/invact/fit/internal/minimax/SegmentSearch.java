package invact.fit.internal.minimax;

import invact.fit.FitException;
import invact.form.internal.RootPolynomial;
import invact.form.internal.SegmentedPolynomial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Break points that make the largest of the segments' errors least.
 *
 * <p>The best error E(a, b) of a segment grows with it, so that the answer is the error τ for which
 * S segments, each as long as E ≤ τ allows, just reach from one end of the curve to the other; then
 * all have the error τ, but for the last where the length for an error jumps at τ (C. L. Lawson,
 * "Characteristic properties of the segmented rational minimax approximation problem", Numer. Math.
 * 6 (1964) 293–301). The search for the ends of the segments goes by E ~ length^(d + 1), that for τ
 * by the secant of the last segment's error in logarithms; both stay within a bracket.
 */
final class SegmentSearch {
  private static final int GRID = 768;
  private static final int CHECK_GRID = 16384;
  private static final int MAX_STEPS = 100;

  /** Relative difference of the errors of two segments that count as equal. */
  private static final double MATCH = 3e-5;

  /** Relative difference of two lengths between which the error is taken to jump. */
  private static final double JUMP = 1e-12;

  /** An error below this, relative to the largest value, makes a segment too short in any case. */
  private static final double NEGLIGIBLE = 1e-12;

  /**
   * The tolerance for the levelness of all segments together, relative to that of a simple fit:
   * they share one dense check and are matched to {@link #MATCH} only.
   */
  private static final double LEVELNESS_FACTOR = 100;

  private final SegmentedPolynomial form;
  private final Curve curve;
  private final double tolerance;

  /** The ends of the curve, the one of the smaller height first. */
  private final double start;

  private final double end;
  private int iterations;

  /** An error that S segments cannot have, as far as the search for τ has shown one. */
  private double lowerBound;

  /** The best fit from one x to another, the first nearer to T. */
  private record Segment(double from, double to, Exchange.Level level) {
    double error() {
      return level.largestError();
    }
  }

  SegmentSearch(SegmentedPolynomial form, Curve curve, double tolerance) {
    this.form = form;
    this.curve = curve;
    this.tolerance = tolerance;
    boolean ascending =
        curve.height().applyAsDouble(curve.high()) > curve.height().applyAsDouble(curve.low());
    start = ascending ? curve.low() : curve.high();
    end = ascending ? curve.high() : curve.low();
  }

  /**
   * The fit.
   *
   * @throws FitException if the segments cannot be made level
   */
  MinimaxFit fit() {
    return answer(level());
  }

  private List<Segment> level() {
    Segment whole = segment(start, end);
    if (Exchange.isNoise(new Grid(curve, GRID), whole.error())) {
      throw Exchange.reproduced(form, whole.error());
    }
    if (form.segments() == 1) {
      return List.of(whole);
    }
    // One segment cannot be as good as several, and several no better than this of their length.
    double high = StrictMath.log(whole.error());
    double low = high - StrictMath.log(form.segments()) * (form.degree() + 3) - 1;
    double target = high - StrictMath.log(form.segments()) * (form.degree() + 1);
    Optional<List<Segment>> reaching = Optional.empty();
    for (int step = 0; step < MAX_STEPS && high - low > tolerance; step++) {
      Optional<List<Segment>> found = segments(StrictMath.exp(target));
      double next = Double.NaN;
      if (found.isEmpty()) {
        high = target;
      } else {
        List<Segment> segments = found.get();
        double excess = StrictMath.log(segments.getLast().error()) - target;
        if (StrictMath.abs(excess) <= MATCH) {
          return segments;
        }
        if (excess > 0) {
          low = target;
        } else {
          high = target;
          reaching = found;
        }
        // All segments move by the same factor if each of them takes up its share of the excess.
        next = target + excess / form.segments();
      }
      target = next > low && next < high && step % 3 != 2 ? next : 0.5 * (low + high);
    }
    if (reaching.isEmpty()) {
      throw new FitException(
          "no convergence of the break points of %s: is the error of its segments rounding?"
              .formatted(form.name()));
    }
    lowerBound = StrictMath.exp(low);
    return reaching.get();
  }

  /** S segments, all but the last of the error given; nothing if fewer reach the end. */
  private Optional<List<Segment>> segments(double bound) {
    List<Segment> segments = new ArrayList<>();
    double from = start;
    double length = (end - start) / form.segments();
    while (segments.size() < form.segments() - 1) {
      Optional<Segment> next = longest(from, length, bound);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      segments.add(next.get());
      length = next.get().to - from;
      from = next.get().to;
    }
    segments.add(segment(from, end));
    return Optional.of(segments);
  }

  /** The segment of the error given; nothing if even the rest of the curve has less. */
  private Optional<Segment> longest(double from, double lengthGuess, double bound) {
    double longer = end - from;
    double shorter = 0;
    double length = StrictMath.abs(lengthGuess) < StrictMath.abs(longer) ? lengthGuess : longer;
    for (int step = 0; step < MAX_STEPS; step++) {
      Segment segment = segment(from, from + length);
      double ratio = bound / segment.error();
      if (StrictMath.abs(ratio - 1) <= 0.3 * MATCH) {
        return Optional.of(segment);
      }
      if (ratio > 1) {
        if (length == end - from) {
          return Optional.empty();
        }
        shorter = length;
      } else {
        longer = length;
      }
      if (StrictMath.abs(longer - shorter) <= JUMP * StrictMath.abs(longer)) {
        return Optional.of(segment(from, from + shorter));
      }
      double next = length * StrictMath.pow(ratio, 1.0 / (form.degree() + 1));
      if (ratio > 1 && StrictMath.abs(next) >= StrictMath.abs(longer) && longer == end - from) {
        length = longer;
      } else {
        boolean inside =
            StrictMath.abs(next) > StrictMath.abs(shorter)
                && StrictMath.abs(next) < StrictMath.abs(longer);
        // Every third step halves the bracket, whatever the shape of the error.
        length = inside && step % 3 != 2 ? next : 0.5 * (shorter + longer);
      }
    }
    throw new FitException(
        "no convergence of a segment of %s from x = %s".formatted(form.name(), from));
  }

  /** from + (end − from) may round to beyond the end. */
  private Segment segment(double from, double upTo) {
    double to = StrictMath.min(StrictMath.max(upTo, curve.low()), curve.high());
    Curve part = curve.between(StrictMath.min(from, to), StrictMath.max(from, to));
    double centre = from == start ? 0.0 : curve.sample(from).root();
    RootPolynomial piece = new RootPolynomial(form.degree(), centre, Double.POSITIVE_INFINITY);
    Grid grid = new Grid(part, GRID);
    Exchange exchange = new Exchange(piece, grid, 10 * tolerance, NEGLIGIBLE * grid.scale());
    Exchange.Level level = MinimaxFitter.linear(piece, grid, exchange);
    iterations += level.iterations();
    return new Segment(from, to, level);
  }

  private MinimaxFit answer(List<Segment> segments) {
    double[] coefficients = new double[form.coefficientCount()];
    List<Grid.Extremum> reference = new ArrayList<>();
    double levelled = Double.POSITIVE_INFINITY;
    for (int s = 0; s < segments.size(); s++) {
      Segment segment = segments.get(s);
      if (s > 0) {
        coefficients[s - 1] = curve.sample(segment.from).root();
      }
      System.arraycopy(
          segment.level.coefficients(), 0, coefficients, form.first(s), form.degree() + 1);
      reference.addAll(segment.level.reference());
      levelled = StrictMath.min(levelled, segment.level.levelledError());
    }
    levelled = StrictMath.max(levelled, lowerBound);
    double largest = segments.stream().mapToDouble(Segment::error).max().orElseThrow();
    List<Grid.Extremum> dense =
        new Grid(curve, CHECK_GRID).alternation(form, coefficients).orElseThrow();
    for (Grid.Extremum extremum : dense) {
      largest = StrictMath.max(largest, extremum.size());
    }
    if (!(levelled >= (1 - LEVELNESS_FACTOR * tolerance) * largest)) {
      throw new FitException(
          "the segments of %s are not level: %s and %s".formatted(form.name(), levelled, largest));
    }
    reference.sort(Comparator.comparingDouble(extremum -> extremum.sample().x()));
    return new MinimaxFit(
        coefficients,
        levelled,
        largest,
        reference.stream().mapToDouble(extremum -> extremum.sample().x()).toArray(),
        reference.stream().mapToDouble(Grid.Extremum::error).toArray(),
        iterations,
        1,
        1);
  }
}
