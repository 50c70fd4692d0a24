package invact.cli;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficient.CoefficientSet;
import invact.coefficient.PublishedCoefficients;
import invact.math.FloatFormat;
import invact.plot.Figure;
import invact.plot.Figures;
import java.util.ArrayList;
import java.util.List;

/** The figures of the default sets. */
final class DefaultFigures {
  private DefaultFigures() {}

  /**
   * Each set's approximants; and {@code ACTIVATION-default-errors}, the published set beside the
   * one for fp32. The 16-bit sets do not aim at the exact function, so that a plot of their
   * distance from it would mislead.
   */
  static List<Figure> of(List<CoefficientSet> sets) {
    List<Figure> figures = new ArrayList<>();
    for (CoefficientSet set : sets) {
      for (Branch branch : Branch.values()) {
        figures.add(Figures.approximation(set, branch));
      }
      if (set.name().endsWith(FloatFormat.FP32.label())) {
        Activation activation = set.activation();
        List<CoefficientSet> compared = new ArrayList<>();
        PublishedCoefficients.of(activation).ifPresent(compared::add);
        compared.add(set);
        figures.add(Figures.errors(activation.name() + "-default-errors", activation, compared));
      }
    }
    return figures;
  }
}
