package invact.plot.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.sampling.internal.BranchSampling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** |error of the derivative| of coefficient sets against x. */
public final class ErrorsFigure {
  /** The distance of f′ from its limit at which curves end. */
  private static final double FLAT = 1e-5;

  /** Decades shown below the smallest of the largest errors. */
  private static final int DECADES_BELOW = 2;

  private ErrorsFigure() {}

  /**
   * The errors of several sets of one activation on a logarithmic axis, and T.
   *
   * @param name the figure's name
   * @param activation the activation
   * @param sets its sets, one or more
   * @return the figure
   * @throws IllegalArgumentException if there is no set, or one is another activation's
   */
  public static Figure of(String name, Activation activation, List<CoefficientSet> sets) {
    double smallest = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (CoefficientSet set : sets) {
      if (!set.activation().equals(activation)) {
        throw new IllegalArgumentException(
            "set '" + set.name() + "' is not of " + activation.name());
      }
      // A set without error would have no decade: it is shown as one of rounding.
      double error = StrictMath.ulp(1.0);
      for (Branch branch : Branch.values()) {
        error = StrictMath.max(error, set.branch(branch).derivativeError().maxAbs());
      }
      smallest = StrictMath.min(smallest, error);
      largest = StrictMath.max(largest, error);
    }
    if (sets.isEmpty()) {
      throw new IllegalArgumentException("no coefficient set of " + activation.name());
    }
    Axis ordinate =
        Axis.decades(
            "|error of the derivative|",
            (int) StrictMath.floor(StrictMath.log10(smallest)) - DECADES_BELOW,
            (int) StrictMath.ceil(StrictMath.log10(largest)));
    double leftReach = BranchSampling.reach(activation, Branch.LEFT, FLAT);
    double rightReach = BranchSampling.reach(activation, Branch.RIGHT, FLAT);
    double t = activation.argmin();
    List<Curve> curves = new ArrayList<>();
    curves.add(Curve.border("T = " + TickLabels.decimal(t, 4), t, ordinate));
    for (int i = 0; i < sets.size(); i++) {
      CoefficientSet set = sets.get(i);
      List<double[]> points = new ArrayList<>();
      addMagnitudes(points, set.left(), leftReach, ordinate);
      // Leftmost first; the branches do not meet at T.
      Collections.reverse(points);
      points.add(new double[] {t, Double.NaN});
      addMagnitudes(points, set.right(), rightReach, ordinate);
      curves.add(
          Curve.on(
              Curve.Side.LEFT,
              set.name(),
              LineStyle.compared(i),
              points.stream().mapToDouble(point -> point[0]).toArray(),
              points.stream().mapToDouble(point -> point[1]).toArray()));
    }
    return new Figure(
        name,
        activation.title() + ": error of the derivative",
        Figure.PANEL_HEIGHT,
        List.of(
            new Panel(
                activation.title(),
                Axis.linear(
                    "input x", StrictMath.floor(t - leftReach), StrictMath.ceil(t + rightReach)),
                ordinate,
                null,
                curves)));
  }

  /**
   * Adds (x, |error|) from T outwards. An error of 0, or below the axis, is drawn below the axis.
   * Between two points of different sign a zero is added by linear interpolation, so that all zeros
   * look alike.
   */
  private static void addMagnitudes(
      List<double[]> points, BranchCoefficients branch, double reach, Axis axis) {
    BranchApproximant approximant = branch.approximant();
    double previousX = Double.NaN;
    double previous = Double.NaN;
    for (double x : BranchSampling.inputs(approximant.activation(), approximant.branch(), reach)) {
      double error = approximant.derivativeError(x);
      if (error * previous < 0) {
        double zero = previousX + (x - previousX) * (previous / (previous - error));
        points.add(new double[] {zero, axis.beyondLow()});
      }
      points.add(new double[] {x, StrictMath.max(StrictMath.abs(error), axis.beyondLow())});
      previousX = x;
      previous = error;
    }
  }
}
