package invact.plot;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.BranchApproximant;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchCoefficients;
import java.awt.geom.Ellipse2D;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/**
 * The figures of the project: activations and their branches, approximants and their errors, and
 * coefficient sets compared.
 *
 * <p>Every curve is drawn from inputs x: argument f(x), value as exact as the activation gives it.
 * Nothing is inverted numerically.
 */
public final class Figures {
  private static final int PANEL_HEIGHT = 640;

  /** What fits above a figure that is one panel: letters of a title are some 17 wide. */
  private static final int TITLE_CHARACTERS = 84;

  /** The input up to which the right branch is drawn beside the dip on the left. */
  private static final double BRANCHES_HIGH = 2;

  /** Where f has come this near to 0, the left branch has nothing more to show. */
  private static final double BRANCHES_FLAT = 0.02;

  /** How near f′ is to its limit where curves end. */
  private static final double FLAT = 1e-5;

  /**
   * The same where curves against y end on the right: from there on y ≈ x would use up the width of
   * the figure, while on the left y → 0 takes none.
   */
  private static final double FLAT_AGAINST_Y = 1e-3;

  /** The distance from T that the panel near T shows. */
  private static final double NEAR = 1;

  /** Decades shown below the smallest of the largest errors. */
  private static final int DECADES_BELOW = 2;

  private Figures() {}

  /**
   * Begins, in the background, to load what drawing needs: the font, text layout, rasteriser. To be
   * called first by a program that has other things to do before it draws, such as reading files.
   * It is never necessary, and whatever goes wrong comes up again, and is reported, when a figure
   * is drawn.
   */
  public static void prepare() {
    Thread.ofPlatform()
        .daemon()
        .name("figures-prepare")
        .uncaughtExceptionHandler((thread, problem) -> {})
        .start(() -> {
          Drawing drawing = new Drawing("", 64, 64);
          drawing.fill(FigureFont.outline("T", FigureFont.plain(12)));
          drawing.draw(new Ellipse2D.Double(8, 8, 48, 48));
          PngEncoder.encode(drawing);
        });
  }

  /**
   * All figures of some coefficient sets: {@link #branches} of their activations, then {@link
   * #approximation} of each set and branch, then {@link #errors} of each activation.
   *
   * @param sets the sets, of distinct names
   * @return the figures, of distinct names
   * @throws IllegalArgumentException if there is no set, or two have one name
   */
  public static List<Figure> of(List<CoefficientSet> sets) {
    Map<Activation, List<CoefficientSet>> byActivation = new LinkedHashMap<>();
    Set<String> names = new HashSet<>();
    for (CoefficientSet set : sets) {
      if (!names.add(set.name())) {
        throw new IllegalArgumentException(
            "two coefficient sets are called '"
                + set.name()
                + "': their figures would be one file");
      }
      byActivation.computeIfAbsent(set.activation(), key -> new ArrayList<>()).add(set);
    }
    List<Figure> figures = new ArrayList<>();
    figures.add(branches(List.copyOf(byActivation.keySet())));
    for (CoefficientSet set : sets) {
      for (Branch branch : Branch.values()) {
        figures.add(approximation(set, branch));
      }
    }
    byActivation.forEach((activation, its) -> figures.add(errors(activation, its)));
    return figures;
  }

  /**
   * Writes figures to a directory, several at a time, each whole or not at all.
   *
   * @param figures the figures
   * @param directory where; made if it is not there
   * @param format the files' format
   * @return the files, in the figures' order
   * @throws IOException if the directory cannot be written; the message names it
   */
  public static List<Path> write(List<Figure> figures, Path directory, ImageFormat format)
      throws IOException {
    try {
      return figures.parallelStream()
          .map(figure -> {
            try {
              return figure.write(directory, format);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          })
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * {@code activation-branches}: a panel for each activation, with the two monotone branches of y =
   * f(x) in two colours, and T.
   *
   * @param activations one or more
   * @return the figure
   * @throws IllegalArgumentException if there is no activation
   */
  public static Figure branches(List<Activation> activations) {
    if (activations.isEmpty()) {
      throw new IllegalArgumentException("no activation to draw");
    }
    double low = 0;
    double depth = 0;
    for (Activation activation : activations) {
      double x = activation.argmin();
      while (activation.value(x) < -BRANCHES_FLAT) {
        x -= 0.5;
      }
      low = StrictMath.min(low, StrictMath.floor(x));
      depth = StrictMath.min(depth, activation.minimum());
    }
    double lowX = low;
    Axis abscissa = Axis.linear("input x", lowX, BRANCHES_HIGH);
    Axis ordinate = Axis.linear("output y = f(x)", StrictMath.floor(depth * 5) / 5, BRANCHES_HIGH);
    List<Panel> panels = new ArrayList<>();
    for (Activation f : activations) {
      double t = f.argmin();
      double[] left = BranchSampling.inputs(f, Branch.LEFT, t - lowX);
      double[] right = BranchSampling.inputs(f, Branch.RIGHT, BRANCHES_HIGH - t);
      panels.add(
          new Panel(
              branchesTitle(f, TITLE_CHARACTERS / activations.size()),
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
                      values(left, f::value)),
                  Curve.on(
                      Curve.Side.LEFT,
                      "right branch, x ≥ T",
                      LineStyle.RIGHT_BRANCH,
                      right,
                      values(right, f::value)))));
    }
    return new Figure(
        "activation-branches", "The two monotone branches of an activation", PANEL_HEIGHT, panels);
  }

  /** Name, formula and T, or as much of it as stands above a panel. */
  private static String branchesTitle(Activation f, int characters) {
    String position = ",  T = " + TickLabels.decimal(f.argmin(), 4);
    String whole = f.title() + ": f(x) = " + f.formula() + position;
    String without = f.title() + position;
    if (whole.length() <= characters) {
      return whole;
    }
    return without.length() <= characters ? without : f.title();
  }

  /**
   * {@code NAME-BRANCH}: the exact function and the approximant on the left axis, the error of the
   * approximant on the right axis; on the whole branch against y, and next to T against the root of
   * the lift.
   *
   * <p>The exact function is the one that the approximant was fitted to, g = f′∘f⁻¹ or σ∘f⁻¹.
   *
   * @param set the coefficient set
   * @param branch the branch
   * @return the figure
   */
  public static Figure approximation(CoefficientSet set, Branch branch) {
    BranchApproximant piece = set.branch(branch).approximant();
    Activation f = piece.activation();
    String target = piece.target() == Target.SIGMOID ? "σ(f⁻¹(y))" : "f′(f⁻¹(y))";
    double reach = BranchSampling.reach(f, branch, branch == Branch.LEFT ? FLAT : FLAT_AGAINST_Y);
    Samples whole = Samples.of(piece, reach);
    Samples near = Samples.of(piece, NEAR);

    double scale = StrictMath.max(largest(whole.error()), largest(near.error()));
    int exponent = scale == 0 ? 0 : (int) StrictMath.floor(StrictMath.log10(scale));
    double unit = StrictMath.pow(10, exponent);
    double limit = roundUp(scale / unit);
    Axis right =
        Axis.linear(
            exponent == 0 ? "error" : "error / " + TickLabels.powerOfTen(exponent), -limit, limit);
    Axis left = ordinates(target, whole.exact());
    String fT = "y = f(T) = " + TickLabels.decimal(f.minimum(), 4);

    return new Figure(
        set.name() + "-" + branch.label(),
        set.name()
            + ", "
            + branch.label()
            + " branch: the exact function, the approximant, its error",
        PANEL_HEIGHT,
        List.of(
            new Panel(
                set.name() + ", " + branch.label() + " branch",
                Axis.linear(
                    "output y = f(x)", f.minimum(), branch == Branch.LEFT ? 0 : largest(whole.y())),
                left,
                right,
                whole.curves(whole.y(), f.minimum(), fT, target, left, unit)),
            new Panel(
                "near T",
                Axis.linear("√(y − f(T))", 0, largest(near.root())),
                left,
                right,
                near.curves(near.root(), 0, fT, target, left, unit))));
  }

  /**
   * {@code ACTIVATION-errors}: |error of the derivative| of several coefficient sets against x, on
   * a logarithmic axis, and T.
   *
   * @param activation the activation
   * @param sets its sets, one or more
   * @return the figure
   * @throws IllegalArgumentException if there is no set, or one is another activation's
   */
  public static Figure errors(Activation activation, List<CoefficientSet> sets) {
    return errors(activation.name() + "-errors", activation, sets);
  }

  /**
   * The figure of {@link #errors(Activation, List)} under another name.
   *
   * @param name the figure's name
   * @param activation the activation
   * @param sets its sets, one or more
   * @return the figure
   * @throws IllegalArgumentException if there is no set, or one is another activation's
   */
  public static Figure errors(String name, Activation activation, List<CoefficientSet> sets) {
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
        PANEL_HEIGHT,
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
   * Adds (x, |error|) from T outwards. Where the error is 0 or not to be seen, a positive number
   * below the axis stands for it; and between two points at which it has different signs one more
   * point is put where a straight line would be 0, so that all zeros show alike.
   */
  private static void addMagnitudes(
      List<double[]> points, BranchCoefficients piece, double reach, Axis axis) {
    BranchApproximant approximant = piece.approximant();
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

  /** What one branch is drawn from. */
  private record Samples(double[] y, double[] root, double[] exact, double[] approximate) {
    static Samples of(BranchApproximant piece, double reach) {
      Activation f = piece.activation();
      double[] x = BranchSampling.inputs(f, piece.branch(), reach);
      double[] y = values(x, f::value);
      return new Samples(
          y,
          values(y, v -> StrictMath.sqrt(f.lift(v))),
          values(x, v -> piece.target().value(f, v)),
          values(y, v -> piece.approximant().value(f.lift(v))));
    }

    double[] error() {
      double[] error = new double[exact.length];
      for (int i = 0; i < error.length; i++) {
        error[i] = approximate[i] - exact[i];
      }
      return error;
    }

    List<Curve> curves(
        double[] abscissas,
        double border,
        String borderLabel,
        String target,
        Axis left,
        double unit) {
      return List.of(
          Curve.border(borderLabel, border, left),
          Curve.on(Curve.Side.LEFT, "exact " + target, LineStyle.EXACT, abscissas, exact),
          Curve.on(Curve.Side.LEFT, "approximant", LineStyle.APPROXIMANT, abscissas, approximate),
          Curve.on(
              Curve.Side.RIGHT,
              "error: approximant − exact",
              LineStyle.ERROR,
              abscissas,
              values(error(), e -> e / unit)));
    }
  }

  private static double[] values(double[] arguments, DoubleUnaryOperator function) {
    double[] values = new double[arguments.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = function.applyAsDouble(arguments[i]);
    }
    return values;
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      // Skips what is not a number: such errors have no place on an axis.
      if (Double.isFinite(value) && StrictMath.abs(value) > largest) {
        largest = StrictMath.abs(value);
      }
    }
    return largest;
  }

  /** An axis that ends at tenths around the values. */
  private static Axis ordinates(String title, double[] values) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      low = StrictMath.min(low, value);
      high = StrictMath.max(high, value);
    }
    return Axis.linear(title, StrictMath.floor(low * 10) / 10, StrictMath.ceil(high * 10) / 10);
  }

  /** A mantissa in [1, 10) rounded up to where a tick falls. */
  private static double roundUp(double mantissa) {
    for (double step : new double[] {1, 1.5, 2, 3, 4, 5, 6, 8}) {
      if (mantissa <= step) {
        return step;
      }
    }
    return 10;
  }
}
