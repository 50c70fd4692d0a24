package invact.fit.internal.tables;

import invact.activation.Activation;
import invact.fit.FitException;
import invact.fit.internal.minimax.Curve;
import invact.internal.arithmetic.Segments;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The table of {@link Segments} for one activation: minimax polynomials on segments of t = −x ≥ 0.
 *
 * @param f the activation
 * @param perUnit segments in a unit of t
 * @param limit the largest t
 */
record SegmentTable(Activation f, float perUnit, float limit) {
  /** Largest relative error before the coefficients are rounded; measured, rounded up. */
  private static final double ERROR = 0x1p-27;

  /** The lower end of segment 0 for its fit: at 0 the error's weight vanishes. */
  private static final double LEAST = 0x1p-7;

  /** Where a difference quotient would lose more digits than the first two terms of its series. */
  private static final double NEAR = 1e-5;

  /** The neighbouring fp32 numbers among which a centre is chosen. */
  private static final int NEIGHBOURS = 1 << 16;

  /** Points of a segment at which rounding errors are estimated, and candidates for its centre. */
  private static final int POINTS = 200;

  /**
   * The table.
   *
   * @return the centres of the segments, then their coefficients, a row for each power
   * @throws FitException if the segments do not reach the limit, or a polynomial is too far off
   */
  List<Constants> make() {
    if (!(Math.nextDown(limit) * perUnit < Segments.COUNT - 0.5f)) {
      throw new FitException("segments end before " + limit);
    }
    float[] centres = new float[Segments.COUNT];
    float[][] table = new float[Segments.DEGREE + 1][Segments.COUNT];
    for (int s = 0; s < Segments.COUNT; s++) {
      double low = StrictMath.max(0, (s - 0.5) / perUnit);
      double high = (s + 0.5) / perUnit;
      centres[s] = s == 0 ? 0 : centre(low, high);
      float[] column = s == 0 ? first(high) : segment(low, high, centres[s]);
      for (int j = 0; j < column.length; j++) {
        table[j][s] = column[j];
      }
    }
    List<Constants> rows = new ArrayList<>(List.of(Constants.of("centres", centres)));
    for (int j = 0; j < table.length; j++) {
      rows.add(Constants.of("power " + j, table[j]));
    }
    return rows;
  }

  /** Segment 0: t²·r(t²), relative to f. c₀ = −0 and the tiny c₁ &lt; 0 keep the sign of x = −0. */
  private float[] first(double high) {
    Curve curve =
        new Curve(
            LEAST,
            high + Minimax.MARGIN,
            t -> t * t * t * t,
            t -> (f.value(-t) + 0.5 * t) / (t * t),
            t -> -t * t / f.value(-t));
    double[] even = Minimax.polynomial(Segments.DEGREE / 2 - 1, 0, curve, ERROR);
    float[] column = new float[Segments.DEGREE + 1];
    column[0] = -0.0f;
    column[1] = -Float.MIN_NORMAL;
    for (int j = 0; j < even.length; j++) {
      column[2 * j + 2] = (float) even[j];
    }
    return column;
  }

  /** Any other segment: (f(−t) − f(−centre))/d by p, relative to f. */
  private float[] segment(double low, double high, float centre) {
    double value = f.value(-centre);
    Curve curve =
        new Curve(
            low - Minimax.MARGIN,
            high + Minimax.MARGIN,
            t -> t * t,
            t -> {
              double d = t - centre;
              return StrictMath.abs(d) < NEAR
                  ? -f.derivative(-centre) + 0.5 * d * f.secondDerivative(-centre)
                  : (f.value(-t) - value) / d;
            },
            t -> -StrictMath.abs(t - centre) / f.value(-t));
    double[] p = Minimax.polynomial(Segments.DEGREE - 1, centre, curve, ERROR);
    float[] column = new float[Segments.DEGREE + 1];
    column[0] = (float) onGrid(value, high);
    for (int j = 0; j < p.length; j++) {
      column[j + 1] = (float) p[j];
    }
    return column;
  }

  /** The fp32 number near the best centre at which f(−t) is nearest to its grid. */
  private float centre(double low, double high) {
    int first = Float.floatToRawIntBits((float) bestCentre(low, high)) - NEIGHBOURS / 2;
    float centre = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int bits = first; bits < first + NEIGHBOURS; bits++) {
      float candidate = Float.intBitsToFloat(bits);
      double value = f.value(-candidate);
      double distance = StrictMath.abs(value - onGrid(value, high)) / StrictMath.abs(value);
      if (distance < least) {
        least = distance;
        centre = candidate;
      }
    }
    return centre;
  }

  /**
   * f(−t) rounded to a grid. The grid's spacing is the smaller of two: the ulp of x at the
   * segment's end, and 2⁻¹¹ of the largest power of two below the value.
   */
  private static double onGrid(double value, double high) {
    double grid =
        StrictMath.min(Math.ulp((float) high), StrictMath.scalb(1.0, Math.getExponent(value) - 11));
    return grid * StrictMath.rint(value / grid);
  }

  /**
   * −T in its segment; elsewhere where rounding errors are least. They are in proportion to the sum
   * of the polynomial's terms' sizes; beyond the centre these have alternating signs, and the sum
   * of the sizes is about the sum on its other side, as far from it.
   */
  private double bestCentre(double low, double high) {
    if (low < -f.argmin() && -f.argmin() < high) {
      return -f.argmin();
    }
    return IntStream.rangeClosed(0, POINTS)
        .mapToObj(i -> low + (high - low) * i / POINTS)
        .min((a, b) -> Double.compare(loss(low, high, a), loss(low, high, b)))
        .orElseThrow();
  }

  /** Largest rounding error beside f, and beside the step of f to the next t. */
  private double loss(double low, double high, double centre) {
    double loss = 0;
    for (int i = 0; i <= POINTS; i++) {
      double t = low + (high - low) * i / POINTS;
      double mirrored = centre - StrictMath.abs(t - centre);
      double terms = StrictMath.abs(f.value(-mirrored) - f.value(-centre));
      double step = StrictMath.abs(t * f.derivative(-t));
      loss = StrictMath.max(loss, terms / StrictMath.min(step, -f.value(-t)));
    }
    return loss;
  }
}
