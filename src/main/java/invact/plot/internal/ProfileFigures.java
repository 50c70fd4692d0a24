package invact.plot.internal;

import invact.activation.Activation;
import java.util.ArrayList;
import java.util.List;

/** Figures of errors that were measured elsewhere, against the input x, with T marked. */
public final class ProfileFigures {
  /** The role of a line. */
  public enum Role {
    /** The irreducible error. */
    IRREDUCIBLE,
    /** The forward pass, which all sets of an activation share. */
    FORWARD,
    /** One of several things compared; the same place in the order has the same look. */
    COMPARED
  }

  /**
   * One line.
   *
   * @param label its name in the legend
   * @param role its role
   * @param x inputs, ascending
   * @param error the errors there, not negative; NaN where there is none
   */
  public record Profile(String label, Role role, double[] x, double[] error) {}

  /**
   * One system of axes.
   *
   * @param title the text above it
   * @param ordinate the title of the vertical axis, with its unit
   * @param least the least error shown, a power of ten, on an axis of decades; 0 for an even axis
   * @param low the least input shown
   * @param high the largest input shown
   * @param profiles the lines, later ones over earlier ones
   */
  public record Diagram(
      String title,
      String ordinate,
      double least,
      double low,
      double high,
      List<Profile> profiles) {
    /** Copies the list. */
    public Diagram {
      profiles = List.copyOf(profiles);
    }
  }

  private ProfileFigures() {}

  /**
   * A figure of diagrams side by side.
   *
   * @param name the figure's name
   * @param title what it shows, in words
   * @param activation the activation whose T is marked
   * @param diagrams one or more, each with one line or more
   * @return the figure
   * @throws IllegalArgumentException if a diagram has no error above its least
   */
  public static Figure of(
      String name, String title, Activation activation, List<Diagram> diagrams) {
    return new Figure(
        name,
        title,
        Figure.PANEL_HEIGHT,
        diagrams.stream().map(diagram -> panel(activation, diagram)).toList());
  }

  private static Panel panel(Activation activation, Diagram diagram) {
    double largest = 0;
    for (Profile profile : diagram.profiles()) {
      for (int i = 0; i < profile.x().length; i++) {
        double error = profile.error()[i];
        boolean shown = profile.x()[i] >= diagram.low() && profile.x()[i] <= diagram.high();
        if (shown && error > largest && error < Double.POSITIVE_INFINITY) {
          largest = error;
        }
      }
    }
    if (!(largest > diagram.least())) {
      throw new IllegalArgumentException("'" + diagram.title() + "' has no error to be drawn");
    }
    Axis ordinate =
        diagram.least() > 0
            ? Axis.decades(
                diagram.ordinate(),
                (int) StrictMath.rint(StrictMath.log10(diagram.least())),
                (int) StrictMath.floor(StrictMath.log10(largest)) + 1)
            : Axis.linear(diagram.ordinate(), 0, 0.5 * StrictMath.ceil(2 * largest));
    List<Curve> curves = new ArrayList<>();
    double t = activation.argmin();
    curves.add(Curve.border("T = " + TickLabels.decimal(t, 4), t, ordinate));
    int compared = 0;
    for (Profile profile : diagram.profiles()) {
      LineStyle style =
          switch (profile.role()) {
            case IRREDUCIBLE -> LineStyle.IRREDUCIBLE_PROFILE;
            case FORWARD -> LineStyle.FORWARD;
            case COMPARED -> LineStyle.compared(compared++);
          };
      curves.add(curve(profile, style, diagram, ordinate));
    }
    return new Panel(
        diagram.title(),
        Axis.linear("input x", diagram.low(), diagram.high()),
        ordinate,
        null,
        curves);
  }

  /** The part of a line within the panel; errors of 0 or below the axis are drawn below it. */
  private static Curve curve(Profile profile, LineStyle style, Diagram diagram, Axis ordinate) {
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < profile.x().length; i++) {
      double x = profile.x()[i];
      if (x >= diagram.low() && x <= diagram.high()) {
        double error = profile.error()[i];
        points.add(
            new double[] {
              x, Double.isNaN(error) ? error : StrictMath.max(error, ordinate.beyondLow())
            });
      }
    }
    return Curve.on(
        Curve.Side.LEFT,
        profile.label(),
        style,
        points.stream().mapToDouble(point -> point[0]).toArray(),
        points.stream().mapToDouble(point -> point[1]).toArray());
  }
}
