package invact.plot.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The figures of coefficient sets: branches of their activations, approximants, errors.
 *
 * <p>Curves are computed at inputs x, with the argument f(x) and the value in fp64. No function is
 * inverted numerically.
 */
public final class Figures {
  private Figures() {}

  /**
   * Loads the font, the text layout and the rasteriser on another thread. A program that reads
   * files before it draws saves time by calling this first. A failure is reported when a figure is
   * drawn.
   */
  public static void prepare() {
    WarmUp.start();
  }

  /**
   * All figures of some coefficient sets: {@code activation-branches}, then {@code NAME-BRANCH} of
   * each set and branch, then {@code ACTIVATION-errors} of each activation.
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
    figures.add(BranchesFigure.of(List.copyOf(byActivation.keySet())));
    for (CoefficientSet set : sets) {
      for (Branch branch : Branch.values()) {
        figures.add(ApproximationFigure.of(set, branch));
      }
    }
    byActivation.forEach((activation, its) ->
        figures.add(ErrorsFigure.of(activation.name() + "-errors", activation, its)));
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
}
