package invact.plot.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.sampling.internal.BranchSampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code activation-branches}: the two monotone branches of activations. */
public final class BranchesFigure {
  /** The largest input drawn on the right branch. */
  private static final double HIGH = 2;

  /** The left branch is drawn until f is this near to 0. */
  private static final double FLAT = 0.02;

  private BranchesFigure() {}

  /**
   * A panel for each activation: the two branches of y = f(x) in two colours, and T.
   *
   * @param activations one or more
   * @return the figure
   * @throws IllegalArgumentException if there is no activation
   */
  public static Figure of(List<Activation> activations) {
    if (activations.isEmpty()) {
      throw new IllegalArgumentException("no activation to draw");
    }
    double low = 0;
    double depth = 0;
    for (Activation activation : activations) {
      double x = activation.argmin();
      while (activation.value(x) < -FLAT) {
        x -= 0.5;
      }
      low = StrictMath.min(low, StrictMath.floor(x));
      depth = StrictMath.min(depth, activation.minimum());
    }
    double lowX = low;
    Axis abscissa = Axis.linear("input x", lowX, HIGH);
    Axis ordinate = Axis.linear("output y = f(x)", StrictMath.floor(depth * 5) / 5, HIGH);
    List<Panel> panels = new ArrayList<>();
    for (Activation f : activations) {
      double t = f.argmin();
      double[] left = BranchSampling.inputs(f, Branch.LEFT, t - lowX);
      double[] right = BranchSampling.inputs(f, Branch.RIGHT, HIGH - t);
      panels.add(
          new Panel(
              title(f, Figure.panelWidth(activations.size())),
              abscissa,
              ordinate,
              null,
              List.of(
                  Curve.border("T = argmin f", t, ordinate),
                  Curve.on(
                      Curve.Side.LEFT,
                      "left branch, x < T",
                      LineStyle.LEFT_BRANCH,
                      left,
                      Arrays.stream(left).map(f::value).toArray()),
                  Curve.on(
                      Curve.Side.LEFT,
                      "right branch, x ≥ T",
                      LineStyle.RIGHT_BRANCH,
                      right,
                      Arrays.stream(right).map(f::value).toArray()))));
    }
    return new Figure(
        "activation-branches",
        "The two monotone branches of an activation",
        Figure.PANEL_HEIGHT,
        panels);
  }

  /** Name, formula and T; without the formula where that is too wide for a panel. */
  private static String title(Activation f, int width) {
    String position = ",  T = " + TickLabels.decimal(f.argmin(), 4);
    String whole = f.title() + ": f(x) = " + f.formula() + position;
    return Text.width(whole, Panel.TITLE_SIZE) <= width - 2 * Panel.PADDING
        ? whole
        : f.title() + position;
  }
}
