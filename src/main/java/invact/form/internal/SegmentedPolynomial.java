package invact.form.internal;

import invact.form.FormSpec;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Polynomials in the root, each on its segment: q = p_s(√u − β_s) for β_s ≤ √u &lt; β_{s+1}, with
 * β₀ = 0; 1 beyond the cut-off.
 *
 * <p>All segments share one degree, so that a SIMD register holds one coefficient of every segment
 * and a permutation picks each lane's own. The powers are taken from the segment's start, so that
 * their terms do not cancel each other: in powers of √u itself the left branch of GELU, in five
 * cubics, loses three digits in fp32. The coefficients are the break points β₁ &lt; … &lt; β_{S−1},
 * then the d + 1 coefficients of the segment next to T by ascending power, then the next one's, and
 * so on.
 *
 * <p>q may jump at a break point, by no more than the errors of the two sides together; ∂q/∂β is
 * the derivative elsewhere.
 *
 * @param segments S, from 1 to {@value #MAX_SEGMENTS}
 * @param degree d, from 0 to {@value #MAX_DEGREE}
 * @param cutoff the height beyond which q = 1, +∞ for none
 */
public record SegmentedPolynomial(int segments, int degree, double cutoff) implements Form {
  /** One coefficient of all segments fills a 512-bit register of fp32. */
  public static final int MAX_SEGMENTS = 16;

  /** Higher degrees need no segments. */
  public static final int MAX_DEGREE = 12;

  /** The family, over all layouts. */
  public static final Family FAMILY =
      new Family(
          "root-segmented",
          Family.Kind.SEGMENTED,
          List.of(
              new Family.Count("segments", "S", 1, MAX_SEGMENTS),
              new Family.Count("degree", "D", 0, MAX_DEGREE)),
          false,
          true,
          "c0 + … + cD·t^D of one of S segments",
          "S−1 + S·(D+1)",
          (spec, depth) -> new SegmentedPolynomial(spec.count(0), spec.count(1), spec.cutoff()));

  /**
   * The form of one layout.
   *
   * @throws IllegalArgumentException if a parameter is out of range
   */
  public SegmentedPolynomial {
    FAMILY.spec(0.0, cutoff, segments, degree);
  }

  /**
   * The form without a cut-off.
   *
   * @param segments S, from 1 to {@value #MAX_SEGMENTS}
   * @param degree d, from 0 to {@value #MAX_DEGREE}
   */
  public SegmentedPolynomial(int segments, int degree) {
    this(segments, degree, Double.POSITIVE_INFINITY);
  }

  @Override
  public FormSpec spec() {
    return FAMILY.spec(0.0, cutoff, segments, degree);
  }

  @Override
  public String formula() {
    return "c0 + … + c"
        + degree
        + "·t^"
        + degree
        + " of one of "
        + segments
        + " segments"
        + ExpansionPoint.description(0.0, cutoff);
  }

  @Override
  public int coefficientCount() {
    return segments - 1 + segments * (degree + 1);
  }

  @Override
  public List<NonlinearCoefficient> nonlinear() {
    List<NonlinearCoefficient> breaks = new ArrayList<>();
    for (int j = 0; j < segments - 1; j++) {
      breaks.add(new NonlinearCoefficient(j, 0.05, 4.0, true, 0.5));
    }
    return List.copyOf(breaks);
  }

  /** Break points ascend from 0. */
  @Override
  public Optional<String> objection(double[] c) {
    for (int j = 0; j < segments - 1; j++) {
      if (!(c[j] > (j == 0 ? 0 : c[j - 1]))) {
        return Optional.of(
            "break point " + (j + 1) + " does not lie above the one before: " + c[j]);
      }
    }
    return Optional.empty();
  }

  /**
   * Where a segment's coefficients start.
   *
   * @param segment its index, 0 next to T
   * @return the index of its c₀
   */
  public int first(int segment) {
    return segments - 1 + segment * (degree + 1);
  }

  /**
   * The segment of a root.
   *
   * @param r the root of the height; NaN counts as 0
   * @param c the coefficients
   * @return its index
   */
  public int segment(double r, double[] c) {
    int segment = 0;
    for (int j = 0; j < segments - 1; j++) {
      if (r >= c[j]) {
        segment++;
      }
    }
    return segment;
  }

  /**
   * Where a segment starts.
   *
   * @param segment its index
   * @param c the coefficients
   * @return β of the segment, 0 for the first
   */
  public double start(int segment, double[] c) {
    return segment == 0 ? 0.0 : c[segment - 1];
  }

  @Override
  public double value(double u, double[] c) {
    if (u > cutoff) {
      return 1.0;
    }
    double r = StrictMath.sqrt(u);
    int segment = segment(r, c);
    return Horner.value(c, first(segment), degree, r - start(segment, c));
  }

  @Override
  public void gradient(double u, double[] c, double[] gradient) {
    Arrays.fill(gradient, 0.0);
    if (u > cutoff) {
      return;
    }
    double r = StrictMath.sqrt(u);
    int segment = segment(r, c);
    int first = first(segment);
    double t = r - start(segment, c);
    Horner.powers(1.0, t, degree, gradient, first);
    if (segment > 0) {
      double slope = 0;
      for (int j = degree; j >= 1; j--) {
        slope = StrictMath.fma(slope, t, j * c[first + j]);
      }
      gradient[segment - 1] = -slope;
    }
  }

  @Override
  public Optional<RationalPieces> pieces(float[] c) {
    float[] starts = new float[segments];
    System.arraycopy(c, 0, starts, 1, segments - 1);
    float[][] numerators = new float[segments][];
    for (int s = 0; s < segments; s++) {
      numerators[s] = Arrays.copyOfRange(c, first(s), first(s) + degree + 1);
    }
    return Optional.of(
        new RationalPieces(starts, numerators, new float[segments][0], (float) cutoff, true));
  }

  @Override
  public Value write(ProgramBuilder b, Value u, float[] c) {
    return pieces(c).orElseThrow().write(b, u);
  }
}
