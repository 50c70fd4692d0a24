package invact.export.internal;

import invact.coefficients.CoefficientSet;
import invact.export.Export;
import invact.export.ExportException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A language that coefficient sets are exported to. */
public enum ExportTarget {
  /** One self-contained header for C99 and C++11. */
  C("c", "one header for C99 and C++11", UnaryOperator.identity(), CHeader::of),
  /** One module for PyTorch, with one set for each activation and dtype. */
  PYTORCH("pytorch", "one module for PyTorch", PyTorchFile::defaults, PyTorchFile::of);

  private final String label;
  private final String description;
  private final UnaryOperator<List<CoefficientSet>> chosen;
  private final Function<Export, String> renderer;

  ExportTarget(
      String label,
      String description,
      UnaryOperator<List<CoefficientSet>> chosen,
      Function<Export, String> renderer) {
    this.label = label;
    this.description = description;
    this.chosen = chosen;
    this.renderer = renderer;
  }

  /**
   * The name on the command line.
   *
   * @return a lower-case name
   */
  public String label() {
    return label;
  }

  /**
   * What a file of this target is.
   *
   * @return a phrase
   */
  public String description() {
    return description;
  }

  /**
   * What to export of all sets there are.
   *
   * @param sets the sets
   * @return those that can be in one file; where several would serve the same, the first by name
   */
  public List<CoefficientSet> chosen(List<CoefficientSet> sets) {
    return chosen.apply(sets);
  }

  /**
   * The file.
   *
   * @param export what to export
   * @return its text, the same for the same export
   * @throws ExportException if a set cannot be exported
   */
  public String text(Export export) {
    return renderer.apply(export);
  }

  /**
   * All names, in the order in which they are listed.
   *
   * @return an unmodifiable list
   */
  public static List<String> labels() {
    return Arrays.stream(values()).map(ExportTarget::label).toList();
  }

  /**
   * The target of a name.
   *
   * @param label a name as {@link #label()} gives it
   * @return the target
   * @throws IllegalArgumentException if no target has that name
   */
  public static ExportTarget of(String label) {
    for (ExportTarget target : values()) {
      if (target.label.equals(label)) {
        return target;
      }
    }
    throw new IllegalArgumentException(
        "unknown target '" + label + "': there is " + String.join(", ", labels()));
  }
}
