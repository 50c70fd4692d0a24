package invact.export;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.coefficients.CoefficientSet;
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
      String other = names.put(identifier(set), set.name());
      if (other != null) {
        throw new ExportException(
            other.equals(set.name())
                ? "two sets are called " + other + ": export each to a file of its own"
                : "sets "
                    + other
                    + " and "
                    + set.name()
                    + " would both be called "
                    + identifier(set)
                    + ": export each to a file of its own, or rename one");
      }
    }
  }

  /** The refusal of an activation without a program. */
  ExportException noProgram(Activation f) {
    String set = sets.stream().filter(s -> s.activation().equals(f)).findFirst().get().name();
    return new ExportException(
        set
            + ": f of "
            + f.name()
            + (f.expression().isPresent() ? " is given as an expression" : " is Java code")
            + ", which has no program to export: export a set of "
            + String.join(", ", Activations.names())
            + ", or run this one by invact.runtime");
  }

  /**
   * What a set's functions begin with.
   *
   * @param set the set
   * @return its name, '_' for whatever identifiers cannot hold, {@code set_} before a digit
   */
  static String identifier(CoefficientSet set) {
    String name = identifier(set.name());
    return Character.isDigit(name.charAt(0)) ? "set_" + name : name;
  }

  /**
   * A name without the characters that identifiers cannot hold.
   *
   * @param name of lower-case letters, digits, '-', '.' and '_'
   * @return the same with '_' for '-' and '.'
   */
  static String identifier(String name) {
    return name.replace('-', '_').replace('.', '_');
  }
}
