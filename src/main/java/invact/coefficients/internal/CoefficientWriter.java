package invact.coefficients.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.coefficients.BranchApproximant;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.SetDocument.PieceDocument;
import invact.internal.io.AtomicFile;
import invact.internal.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes coefficient sets as JSON, as {@code coefficient-set.schema.json} describes it: keys in
 * fixed order, one coefficient a line, numbers as the shortest decimals that read back as the same
 * double, and nothing about the time or the machine. The same set gives the same bytes.
 */
public final class CoefficientWriter {
  /** The version of the JSON layout that this class writes and {@link CoefficientReader} reads. */
  public static final int SCHEMA_VERSION = 2;

  /** Where the version stands, in all of them. */
  static final String VERSION_KEY = "schemaVersion";

  private CoefficientWriter() {}

  /**
   * Writes {@code NAME.json}, whole or not at all.
   *
   * @param set the set
   * @param directory where; made as needed
   * @return the file
   * @throws IOException if it cannot be written
   * @throws CoefficientException if nothing could read the set back
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
   * @throws CoefficientException if nothing could read the set back: the activation is one's own
   *     and has no expression, or the set has not been measured in use
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

  private static PieceDocument document(BranchCoefficients piece) {
    BranchApproximant approximant = piece.approximant();
    return new PieceDocument(
        approximant.approximant().form().spec(),
        approximant.target(),
        Arrays.stream(approximant.approximant().coefficients()).boxed().toList(),
        piece.derivativeError(),
        piece.provenance());
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
