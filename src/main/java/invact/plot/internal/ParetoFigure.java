package invact.plot.internal;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Errors of approximators against what they cost, a panel a branch: the Pareto front, the
 * candidates that others beat, the paper's forms, and the irreducible error.
 */
public final class ParetoFigure {
  private static final int PANEL_HEIGHT = 720;

  /** Costs at the ends of the axis are multiples of this. */
  private static final int COST_STEP = 5;

  private ParetoFigure() {}

  /** The family of a form. */
  public enum Family {
    /** Polynomials in the root. */
    POLYNOMIAL("polynomial", LineStyle.POLYNOMIAL),
    /** Rationals in the root. */
    RATIONAL("rational", LineStyle.RATIONAL),
    /** 1 + polynomial in the root times exponential. */
    EXPONENTIAL("exponential", LineStyle.EXPONENTIAL),
    /** Polynomials in the root, each on its segment. */
    SEGMENTED("segmented polynomial", LineStyle.SEGMENTED),
    /** The paper's forms, with coefficients fitted here. */
    PAPER("the paper's form, refitted", LineStyle.PAPER_FORM),
    /** The paper's forms, with the published coefficients. */
    PUBLISHED("the paper's form, published", LineStyle.PUBLISHED);

    private final String label;
    private final LineStyle style;

    Family(String label, LineStyle style) {
      this.label = label;
      this.style = style;
    }

    private boolean isPaper() {
      return this == PAPER || this == PUBLISHED;
    }
  }

  /**
   * One candidate.
   *
   * @param family its family
   * @param cost its cost in issue slots
   * @param error its error, positive and finite
   * @param onFront whether no other beats it
   */
  public record Point(Family family, int cost, double error, boolean onFront) {}

  /**
   * All candidates of one branch.
   *
   * @param title the text above the panel
   * @param points the candidates
   * @param irreducible the irreducible error, positive
   */
  public record Side(String title, List<Point> points, double irreducible) {
    /** Copies the list. */
    public Side {
      points = List.copyOf(points);
    }
  }

  /**
   * The figure.
   *
   * @param name the figure's name
   * @param title what it shows, in words
   * @param errorTitle the title of the vertical axis
   * @param sides the panels, one or more, on the same axes
   * @return the figure
   * @throws IllegalArgumentException if there is no point at all
   */
  public static Figure of(String name, String title, String errorTitle, List<Side> sides) {
    double least = Double.POSITIVE_INFINITY;
    double largest = 0;
    int cheapest = Integer.MAX_VALUE;
    int dearest = 0;
    for (Side side : sides) {
      least = StrictMath.min(least, side.irreducible);
      for (Point point : side.points) {
        least = StrictMath.min(least, point.error);
        cheapest = StrictMath.min(cheapest, point.cost);
        dearest = StrictMath.max(dearest, point.cost);
        if (isMarked(point)) {
          // Beaten candidates may be far worse than all that is of interest.
          largest = StrictMath.max(largest, point.error);
        }
      }
    }
    if (largest == 0) {
      throw new IllegalArgumentException("no candidate to draw");
    }
    Axis abscissa =
        Axis.linear(
            "cost / instruction slots",
            COST_STEP * StrictMath.floorDiv(cheapest, COST_STEP),
            COST_STEP * (double) StrictMath.ceilDiv(dearest + 1, COST_STEP));
    Axis ordinate = Axis.decadesAround(errorTitle, least, largest);
    Set<Family> shown = EnumSet.noneOf(Family.class);
    for (Side side : sides) {
      side.points.stream().filter(ParetoFigure::isMarked).map(Point::family).forEach(shown::add);
    }
    List<Panel> panels = new ArrayList<>();
    for (Side side : sides) {
      panels.add(
          new Panel(side.title, abscissa, ordinate, null, curves(side, abscissa, ordinate, shown)));
    }
    return new Figure(name, title, PANEL_HEIGHT, panels);
  }

  /** Whether a point has its family's marker; beaten candidates share one. */
  private static boolean isMarked(Point point) {
    return point.onFront || point.family.isPaper();
  }

  private static List<Curve> curves(Side side, Axis abscissa, Axis ordinate, Set<Family> shown) {
    List<Curve> curves = new ArrayList<>();
    curves.add(
        points(
            "beaten",
            LineStyle.DOMINATED,
            side,
            point -> !isMarked(point) && point.error <= ordinate.high()));
    curves.add(
        Curve.on(
            Curve.Side.LEFT,
            "floor of rounded outputs",
            LineStyle.IRREDUCIBLE,
            new double[] {abscissa.beyondLow(), abscissa.beyondHigh()},
            new double[] {side.irreducible, side.irreducible}));
    curves.add(staircase(side, abscissa));
    for (Family family : shown) {
      curves.add(
          points(
              family.label,
              family.style,
              side,
              point -> point.family == family && isMarked(point)));
    }
    return curves;
  }

  /** The chosen points; an invisible one if there is none, so that panels share a legend. */
  private static Curve points(String label, LineStyle style, Side side, Predicate<Point> chosen) {
    List<Point> points = side.points.stream().filter(chosen).toList();
    return points.isEmpty()
        ? Curve.on(Curve.Side.LEFT, label, style, new double[] {0}, new double[] {Double.NaN})
        : Curve.on(
            Curve.Side.LEFT,
            label,
            style,
            points.stream().mapToDouble(Point::cost).toArray(),
            points.stream().mapToDouble(Point::error).toArray());
  }

  /** The least error at each cost: a step down at each point of the front. */
  private static Curve staircase(Side side, Axis abscissa) {
    List<Point> front =
        side.points.stream()
            .filter(Point::onFront)
            .sorted((a, b) -> Integer.compare(a.cost, b.cost))
            .toList();
    double[] x = new double[2 * front.size()];
    double[] y = new double[2 * front.size()];
    for (int i = 0; i < front.size(); i++) {
      x[2 * i] = front.get(i).cost;
      y[2 * i] = front.get(i).error;
      x[2 * i + 1] = i + 1 < front.size() ? front.get(i + 1).cost : abscissa.beyondHigh();
      y[2 * i + 1] = front.get(i).error;
    }
    return Curve.on(Curve.Side.LEFT, "Pareto front", LineStyle.FRONT, x, y);
  }
}
