package invact.plot.internal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;

/**
 * Points, the curve fitted to them, and below the residuals.
 *
 * @param xTitle what x is
 * @param yTitle what y is
 * @param x abscissas, finite, one at least
 * @param y ordinates, finite
 * @param sigma standard deviations of the ordinates, drawn as bars; empty for none
 */
public record DataFigure(String xTitle, String yTitle, double[] x, double[] y, double[] sigma) {
  /** Steps between the abscissas at which the curve is computed, beside those of the points. */
  private static final int CURVE_STEPS = 1200;

  /** The most points that are drawn as large dots. */
  private static final int MOST_LARGE = 100;

  private static final int PANEL_HEIGHT = 520;

  /** Numbers between these powers of ten stand at ticks as they are. */
  private static final int LEAST_PLAIN = -3;

  private static final int LARGEST_PLAIN = 4;

  private static final MathContext THREE_DIGITS = new MathContext(3);

  /**
   * The figure of a fit.
   *
   * @param name the figure's name
   * @param model the model, as text
   * @param curve the fitted model
   * @return two panels
   */
  public Figure of(String name, String model, DoubleUnaryOperator curve) {
    double low = Arrays.stream(x).min().orElseThrow();
    double high = Arrays.stream(x).max().orElseThrow();
    double[] at =
        DoubleStream.concat(
                DoubleStream.iterate(0, i -> i <= CURVE_STEPS, i -> i + 1)
                    .map(i -> low + (high - low) * (i / CURVE_STEPS)),
                Arrays.stream(x))
            .sorted()
            .toArray();
    double[] values =
        Arrays.stream(at)
            .map(curve)
            .map(value -> Double.isFinite(value) ? value : Double.NaN)
            .toArray();
    double[] residuals = new double[x.length];
    Arrays.setAll(residuals, i -> y[i] - curve.applyAsDouble(x[i]));
    Scale abscissas = Scale.of(xTitle, x);
    return new Figure(
        name,
        yTitle + " against " + xTitle + ", and " + model,
        PANEL_HEIGHT,
        1,
        List.of(
            panel(
                "m(x) = " + model,
                abscissas,
                yTitle,
                y,
                "fitted m(x)",
                LineStyle.MODEL,
                at,
                values),
            panel(
                largest(residuals),
                abscissas,
                "residual",
                residuals,
                "",
                LineStyle.LEVEL,
                new double[] {low, high},
                new double[] {0, 0})));
  }

  private Panel panel(
      String title,
      Scale abscissas,
      String ordinateTitle,
      double[] points,
      String lineLabel,
      LineStyle lineStyle,
      double[] lineX,
      double[] lineY) {
    double[] bars = bars(points);
    Scale ordinates = Scale.of(ordinateTitle, points, bars, lineY);
    List<Curve> curves = new ArrayList<>();
    if (bars.length > 0) {
      double[] barX = new double[bars.length];
      Arrays.setAll(barX, i -> x[i / 3]);
      curves.add(
          Curve.on(
              Curve.Side.LEFT,
              "± one standard deviation",
              LineStyle.BAR,
              abscissas.of(barX),
              ordinates.of(bars)));
    }
    Curve line =
        Curve.on(Curve.Side.LEFT, lineLabel, lineStyle, abscissas.of(lineX), ordinates.of(lineY));
    Curve dots =
        Curve.on(
            Curve.Side.LEFT,
            "data",
            x.length <= MOST_LARGE ? LineStyle.DATA : LineStyle.DENSE_DATA,
            abscissas.of(x),
            ordinates.of(points));
    // Many dots would hide the line, and the line few.
    curves.addAll(x.length <= MOST_LARGE ? List.of(line, dots) : List.of(dots, line));
    return new Panel(title, abscissas.axis, ordinates.axis, null, curves);
  }

  /** From one standard deviation below each point to one above, NaN between; empty without any. */
  private double[] bars(double[] points) {
    double[] bars = new double[3 * sigma.length];
    for (int i = 0; i < sigma.length; i++) {
      bars[3 * i] = points[i] - sigma[i];
      bars[3 * i + 1] = points[i] + sigma[i];
      bars[3 * i + 2] = Double.NaN;
    }
    return bars;
  }

  private String largest(double[] residuals) {
    int largest = 0;
    for (int i = 0; i < residuals.length; i++) {
      if (StrictMath.abs(residuals[i]) > StrictMath.abs(residuals[largest])) {
        largest = i;
      }
    }
    return "largest residual: " + number(residuals[largest]) + " at x = " + number(x[largest]);
  }

  /** Three digits, with a power of ten where there would be many zeros. */
  private static String number(double value) {
    int exponent = exponent(value);
    BigDecimal digits =
        new BigDecimal(value).movePointLeft(exponent).round(THREE_DIGITS).stripTrailingZeros();
    return digits.toPlainString().replace('-', '−')
        + (exponent == 0 ? "" : "·" + TickLabels.powerOfTen(exponent));
  }

  /**
   * The power of ten to take out of numbers of some size: 0 for those that are read as they are.
   */
  private static int exponent(double size) {
    if (size == 0) {
      return 0;
    }
    int exponent = (int) StrictMath.floor(StrictMath.log10(StrictMath.abs(size)));
    return exponent >= LEAST_PLAIN && exponent <= LARGEST_PLAIN ? 0 : exponent;
  }

  /** An axis about some values, and the power of ten in which it counts. */
  private record Scale(Axis axis, int exponent) {
    static Scale of(String title, double[]... values) {
      double[] finite =
          Arrays.stream(values).flatMapToDouble(Arrays::stream).filter(Double::isFinite).toArray();
      double low = Arrays.stream(finite).min().orElse(0);
      double high = Arrays.stream(finite).max().orElse(1);
      int exponent = DataFigure.exponent(StrictMath.max(StrictMath.abs(low), StrictMath.abs(high)));
      double[] ends = of(exponent, new double[] {low, high});
      return new Scale(
          ChartFigure.rounded(
              exponent == 0 ? title : title + " / " + TickLabels.powerOfTen(exponent),
              ends[0],
              ends[1]),
          exponent);
    }

    double[] of(double[] values) {
      return of(exponent, values);
    }

    private static double[] of(int exponent, double[] values) {
      double unit = StrictMath.pow(10, exponent);
      return exponent == 0 ? values : Arrays.stream(values).map(v -> v / unit).toArray();
    }
  }
}
