package invact.coefficient;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.io.AtomicFile;
import invact.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.core.JsonGenerator;

/**
 * Writes coefficient sets as JSON, as {@code coefficient-set.schema.json} describes it: keys in
 * fixed order, one coefficient a line, numbers as the shortest decimals that read back as the same
 * double, and nothing about the time or the machine. The same set gives the same bytes.
 */
public final class CoefficientWriter {
  /** The version of the JSON layout that this class writes and {@link CoefficientReader} reads. */
  public static final int SCHEMA_VERSION = 1;

  private CoefficientWriter() {}

  /**
   * Writes {@code NAME.json}, whole or not at all.
   *
   * @param set the set
   * @param directory where; made as needed
   * @return the file
   * @throws IOException if it cannot be written
   * @throws IllegalArgumentException if the activation is Java code
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
   * @throws IllegalArgumentException if the activation is one's own and has no expression: nothing
   *     could read the set back
   */
  public static String toJson(CoefficientSet set) {
    requireReadable(set.activation());
    return Json.text(json -> {
      Activation activation = set.activation();
      json.writeStartObject();
      json.writeNumberProperty("schemaVersion", SCHEMA_VERSION);
      json.writeStringProperty("name", set.name());
      json.writeStringProperty("activation", activation.name());
      activation.expression().ifPresent(text -> json.writeStringProperty("expression", text));
      json.writeNumberProperty("argmin", activation.argmin());
      json.writeNumberProperty("minimum", activation.minimum());
      writePiece(json, "left", set.left());
      writePiece(json, "right", set.right());
      json.writeEndObject();
    });
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
      throw new IllegalArgumentException(
          activation.name()
              + " is Java code, which a coefficient set cannot hold: give it as an expression");
    }
  }

  private static void writePiece(JsonGenerator json, String key, Piece piece) {
    BranchApproximant approximant = piece.approximant();
    json.writeObjectPropertyStart(key);
    json.writeStringProperty("form", approximant.approximant().form().name());
    json.writeStringProperty("target", approximant.target().label());
    json.writeArrayPropertyStart("coefficients");
    for (double coefficient : approximant.approximant().coefficients()) {
      json.writeNumber(coefficient);
    }
    json.writeEndArray();
    json.writeObjectPropertyStart("derivativeError");
    json.writeNumberProperty("rms", piece.derivativeError().rms());
    json.writeNumberProperty("bias", piece.derivativeError().bias());
    json.writeNumberProperty("maxAbs", piece.derivativeError().maxAbs());
    json.writeNumberProperty("maxAbsAt", piece.derivativeError().maxAbsAt());
    json.writeEndObject();
    writeOrigin(json, piece.origin());
    json.writeEndObject();
  }

  private static void writeOrigin(JsonGenerator json, Origin origin) {
    json.writeObjectPropertyStart("origin");
    switch (origin) {
      case Origin.Published published -> {
        json.writeStringProperty("kind", "published");
        json.writeStringProperty("source", published.source());
        json.writeStringProperty("note", published.note());
      }
      case Origin.Fitted fitted -> {
        json.writeStringProperty("kind", "fitted");
        json.writeStringProperty("objective", fitted.objective());
        json.writeStringProperty("sampling", fitted.sampling());
        json.writeNumberProperty("rangeLow", fitted.rangeLow());
        json.writeNumberProperty("rangeHigh", fitted.rangeHigh());
        json.writeNumberProperty("points", fitted.points());
        json.writeNumberProperty("sse", fitted.sse());
        json.writeNumberProperty("rms", fitted.rms());
        json.writeNumberProperty("maxAbs", fitted.maxAbs());
        json.writeNumberProperty("maxAbsAt", fitted.maxAbsAt());
        json.writeNumberProperty("conditionNumber", fitted.conditionNumber());
        json.writeNumberProperty("starts", fitted.starts());
        json.writeNumberProperty("agreeing", fitted.agreeing());
        json.writeNumberProperty("seed", fitted.seed());
      }
      case Origin.Minimax minimax -> {
        json.writeStringProperty("kind", "minimax");
        json.writeNumberProperty("rangeLow", minimax.rangeLow());
        json.writeNumberProperty("rangeHigh", minimax.rangeHigh());
        json.writeNumberProperty("levelledError", minimax.levelledError());
        json.writeNumberProperty("largestError", minimax.largestError());
        json.writeArrayPropertyStart("reference");
        minimax.reference().forEach(json::writeNumber);
        json.writeEndArray();
        json.writeNumberProperty("starts", minimax.starts());
        json.writeNumberProperty("agreeing", minimax.agreeing());
      }
      case Origin.ConditionalMean mean -> {
        json.writeStringProperty("kind", "conditional-mean");
        json.writeStringProperty("dtype", mean.dtype());
        json.writeStringProperty("density", mean.density());
        json.writeNumberProperty("points", mean.points());
        json.writeNumberProperty("rms", mean.rms());
        json.writeNumberProperty("conditionNumber", mean.conditionNumber());
      }
    }
    json.writeEndObject();
  }
}
