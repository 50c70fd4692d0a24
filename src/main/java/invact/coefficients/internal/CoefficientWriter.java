package invact.coefficients.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.SetDocument.BranchDocument;
import invact.internal.io.AtomicFile;
import invact.internal.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes coefficient sets as JSON after {@code coefficient-set.schema.json}. The same set gives the
 * same bytes: keys have a fixed order, each coefficient its line, numbers are the shortest decimals
 * that read back as the same double, and neither time nor machine is recorded.
 */
public final class CoefficientWriter {
  /** The version of the JSON layout that this class writes and {@link CoefficientReader} reads. */
  public static final int SCHEMA_VERSION = 2;

  /** The key of the version, the same in every version. */
  static final String VERSION_KEY = "schemaVersion";

  private CoefficientWriter() {}

  /**
   * Writes {@code NAME.json}, whole or not at all.
   *
   * @param set the set
   * @param directory the folder; it is made as needed
   * @return the file
   * @throws IOException if it cannot be written
   * @throws CoefficientException as {@link #toJson} does
   */
  public static Path write(CoefficientSet set, Path directory) throws IOException {
    Path file = directory.resolve(set.name() + ".json");
    AtomicFile.write(file, toJson(set).getBytes(StandardCharsets.UTF_8));
    return file;
  }

  /**
   * The set as JSON.
   *
   * @param set the set
   * @return the text, with a line end at its end
   * @throws CoefficientException if nothing could read the text back: the activation is Java code
   *     without an expression, or the set has not been measured
   */
  public static String toJson(CoefficientSet set) {
    requireReadable(set.activation());
    SetDocument document = document(set);
    return Json.text(json -> {
      json.writeStartObject();
      SetCodec.DOCUMENT.writeMembers(json, document);
      json.writeEndObject();
    });
  }

  private static SetDocument document(CoefficientSet set) {
    Activation activation = set.activation();
    return new SetDocument(
        SCHEMA_VERSION,
        set.name(),
        activation.name(),
        activation.expression(),
        activation.argmin(),
        activation.minimum(),
        set.dtype(),
        set.decoding(),
        document(set.left()),
        document(set.right()),
        set.errorInUse()
            .orElseThrow(() ->
                new CoefficientException(
                    set.name() + " has not been measured in use: give it its errorInUse first")));
  }

  private static BranchDocument document(BranchCoefficients branch) {
    BranchApproximant approximant = branch.approximant();
    return new BranchDocument(
        approximant.approximant().form().spec(),
        approximant.target(),
        Arrays.stream(approximant.approximant().coefficients()).boxed().toList(),
        branch.derivativeError(),
        branch.provenance());
  }

  private static void requireReadable(Activation activation) {
    if (activation.expression().isEmpty()) {
      try {
        if (Activations.of(activation.name()).equals(activation)) {
          return;
        }
      } catch (IllegalArgumentException e) {
        // Falls through to the message that says what to do.
      }
      throw new CoefficientException(
          activation.name()
              + " is Java code, which a coefficient set cannot hold: give it as an expression");
    }
  }
}
