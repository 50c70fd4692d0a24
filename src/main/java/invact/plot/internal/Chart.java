package invact.plot.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How {@link ChartFigure} draws a table.
 *
 * <p>Lines of a table that agree in {@code panel}, {@code series} and {@code line} are one line of
 * the figure; its points are sorted by x. Each y column, shown in each way, has its own row of
 * panels.
 *
 * @param kind lines, bars or steps
 * @param columns what the table's columns are
 * @param reference the series that others are compared with
 * @param shows what is shown of each y, one or more; all but the value need a reference
 * @param density whether y are counts in cells of one width, and the share of all of a line's
 *     counts is shown, divided by that width; for steps
 * @param smooth how many points a moving mean takes in, 1 for none; the data stay as thin lines
 * @param look titles, ranges and size
 */
public record Chart(
    Kind kind,
    Columns columns,
    Optional<String> reference,
    List<Show> shows,
    boolean density,
    int smooth,
    Look look) {

  /** How values are drawn. */
  public enum Kind {
    /** Points, joined; x are numbers. */
    LINE,
    /** Bars side by side, a group for each x, whatever it is. */
    BAR,
    /** Bars on each other, one for each x, whatever it is; values are not negative. */
    STACK,
    /** Histograms: x are the left ends of cells of one width. */
    STEP;

    /**
     * The kind of a name.
     *
     * @param label {@code line}, {@code bar}, {@code stack} or {@code step}
     * @return the kind
     * @throws IllegalArgumentException if no kind has that name
     */
    public static Kind of(String label) {
      return named(values(), label, "kind of chart");
    }

    /** Whether x are names of groups and not numbers. */
    boolean hasGroups() {
      return this == BAR || this == STACK;
    }
  }

  /** What is shown of a value. */
  public enum Show {
    /** The value. */
    VALUE,
    /** The value less the reference's mean at the same x. */
    DIFFERENCE,
    /** The value divided by the reference's mean at the same x. */
    RATIO;

    /**
     * The way of a name.
     *
     * @param label {@code value}, {@code difference} or {@code ratio}
     * @return the way
     * @throws IllegalArgumentException if no way has that name
     */
    public static Show of(String label) {
      return named(values(), label, "thing to show");
    }
  }

  /**
   * Names of columns.
   *
   * @param x abscissas
   * @param y ordinates, one or more
   * @param panel each of its values has a panel; without it there is one
   * @param series each of its values has a colour; without it there is one
   * @param line each of its values has a line in its series' colour, such as the seed of a run
   */
  public record Columns(
      String x,
      List<String> y,
      Optional<String> panel,
      Optional<String> series,
      Optional<String> line) {
    /** Copies the list. */
    public Columns {
      y = List.copyOf(y);
    }
  }

  /**
   * The ends of an axis.
   *
   * @param low the least value shown
   * @param high the largest
   */
  public record Range(double low, double high) {
    /**
     * Ends in order.
     *
     * @throws IllegalArgumentException if they are not
     */
    public Range {
      if (!(low < high && high - low < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("an axis cannot go from " + low + " to " + high);
      }
    }
  }

  /**
   * Titles, ranges and size.
   *
   * @param xTitle the title of horizontal axes; without it the column's name
   * @param yTitles the titles of vertical axes, one a row of panels, or none for the columns' names
   * @param xRange the horizontal axes' ends; without it those of the data, rounded
   * @param yRanges the vertical axes' ends, one a row of panels, or none for those of the data
   * @param panelHeight the height of a panel in tenths of a millimetre, or nothing for the usual
   *     one
   */
  public record Look(
      Optional<String> xTitle,
      List<String> yTitles,
      Optional<Range> xRange,
      List<Range> yRanges,
      Optional<Integer> panelHeight) {
    /** Copies the lists. */
    public Look {
      yTitles = List.copyOf(yTitles);
      yRanges = List.copyOf(yRanges);
    }
  }

  private static final int LEAST_HEIGHT = 240;

  /**
   * A chart that can be drawn.
   *
   * @throws IllegalArgumentException if its parts do not go together
   */
  public Chart {
    shows = List.copyOf(shows);
    int rows = columns.y.size() * shows.size();
    require(rows > 0, "name a column for y and what to show of it");
    require(
        reference.isPresent() || shows.stream().allMatch(show -> show == Show.VALUE),
        "a difference or ratio needs a reference, a value of the series' column");
    require(
        reference.isEmpty() || columns.series.isPresent(),
        "a reference is a value of the series' column: name that");
    require(
        reference.isEmpty() || kind != Kind.STEP, "histograms are not compared with a reference");
    require(
        kind != Kind.STACK || shows.stream().allMatch(show -> show == Show.VALUE),
        "bars on each other show values alone");
    require(!density || kind == Kind.STEP, "a density is drawn as steps");
    require(smooth >= 1 && smooth % 2 == 1, "a moving mean takes in an odd number of points");
    require(smooth == 1 || kind == Kind.LINE, "only lines are smoothed");
    require(
        columns.line.isEmpty() || kind == Kind.LINE, "only a chart of lines has several a series");
    require(
        look.yTitles.isEmpty() || look.yTitles.size() == rows,
        "there are " + rows + " rows of panels and " + look.yTitles.size() + " titles for y");
    require(
        look.yRanges.isEmpty() || look.yRanges.size() == rows,
        "there are " + rows + " rows of panels and " + look.yRanges.size() + " ranges of y");
    require(look.xRange.isEmpty() || !kind.hasGroups(), "groups of bars have no range");
    require(
        look.panelHeight.orElse(LEAST_HEIGHT) >= LEAST_HEIGHT,
        "a panel is at least " + LEAST_HEIGHT + " high");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static <E extends Enum<E>> E named(E[] values, String label, String what) {
    for (E value : values) {
      if (value.name().toLowerCase(Locale.ROOT).equals(label)) {
        return value;
      }
    }
    throw new IllegalArgumentException(
        "unknown "
            + what
            + " '"
            + label
            + "': known are "
            + Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")));
  }
}
