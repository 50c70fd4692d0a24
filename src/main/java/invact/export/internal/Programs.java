package invact.export.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.export.Export;
import invact.export.ExportException;
import invact.internal.program.Computation;
import java.util.Optional;

/** Programs of what is exported. */
final class Programs {
  private Programs() {}

  /**
   * The program of an activation.
   *
   * @throws ExportException if it has none
   */
  static Computation require(Export export, Activation f, Optional<Computation> program) {
    return program.orElseThrow(() -> refusal(export, f));
  }

  private static ExportException refusal(Export export, Activation f) {
    String set =
        export.sets().stream().filter(s -> s.activation().equals(f)).findFirst().get().name();
    return new ExportException(
        set
            + ": f of "
            + f.name()
            + (f.expression().isPresent() ? " is given as an expression" : " is Java code")
            + ", which has no program to export: export a set of "
            + String.join(", ", Activations.names())
            + ", or run this one by invact.runtime");
  }
}
