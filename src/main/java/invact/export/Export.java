package invact.export;

import invact.coefficients.CoefficientSet;
import invact.export.internal.ExportTarget;
import invact.export.internal.HuggingFaceKernel;
import invact.export.internal.Identifiers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What to export, and what made it.
 *
 * @param sets the sets, in the order of the file
 * @param command the command line that makes the file, for its first lines
 * @param version the version of invact
 */
public record Export(List<CoefficientSet> sets, String command, String version) {
  /**
   * Sets for one file.
   *
   * @throws ExportException if there are none, or two would have the same identifier
   */
  public Export {
    sets = List.copyOf(sets);
    if (sets.isEmpty()) {
      throw new ExportException("there are no sets to export: name at least one");
    }
    Map<String, String> names = new LinkedHashMap<>();
    for (CoefficientSet set : sets) {
      String other = names.put(Identifiers.of(set), set.name());
      if (other != null) {
        throw new ExportException(
            other.equals(set.name())
                ? "two sets are called " + other + ": export each to a file of its own"
                : "sets "
                    + other
                    + " and "
                    + set.name()
                    + " would both be called "
                    + Identifiers.of(set)
                    + ": export each to a file of its own, or rename one");
      }
    }
  }

  /**
   * One self-contained header for C99 and C++11.
   *
   * @return its text, the same for the same export
   * @throws ExportException if a set cannot be exported
   */
  public String header() {
    return ExportTarget.C.text(this);
  }

  /**
   * One module for PyTorch, with one set for each activation and dtype.
   *
   * @return its text, the same for the same export
   * @throws ExportException if a set cannot be exported, or two serve the same
   */
  public String pyTorchModule() {
    return ExportTarget.PYTORCH.text(this);
  }

  /**
   * A kernel folder for Hugging Face's package {@code kernels}.
   *
   * @return the text of each file by its path in the folder, the same for the same export
   * @throws ExportException if a set cannot be exported, or no layer would have one
   */
  public Map<String, String> huggingFaceKernel() {
    return HuggingFaceKernel.files(this);
  }
}
