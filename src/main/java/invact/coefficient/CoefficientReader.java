package invact.coefficient;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.CustomActivation;
import invact.activation.Target;
import invact.approx.Approximant;
import invact.approx.Form;
import invact.approx.Forms;
import invact.error.ErrorSummary;
import invact.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads coefficient sets and believes nothing: schema version, keys, finite numbers, the number of
 * coefficients, T and f(T) against the activation, an expression against what an activation must
 * be, and the stored error against the approximant.
 */
public final class CoefficientReader {
  /** T and f(T) may come from another tool's rounding, no more. */
  private static final int CONSTANT_TOLERANCE_ULP = 4;

  /**
   * The rounding errors of f, f′ and q together, each a few 2⁻⁵³, so that a file may also come from
   * a program that takes them in another order.
   */
  private static final double CHECK_TOLERANCE = 1e-14;

  private CoefficientReader() {}

  /**
   * The set in a file.
   *
   * @param file the file
   * @return the set
   * @throws CoefficientException if it cannot be read or fails a check; one line: file, key, reason
   */
  public static CoefficientSet read(Path file) {
    if (Files.isDirectory(file)) {
      throw new CoefficientException(file + ": is a folder, name a file in it");
    }
    byte[] text;
    try {
      text = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new CoefficientException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new CoefficientException(file + ": cannot be read: " + e, e);
    }
    return parse(text, file.toString());
  }

  /**
   * The set in a text.
   *
   * @param text UTF-8 JSON
   * @param name what to call the text in messages
   * @return the set
   * @throws CoefficientException if it fails a check; one line: name, key, reason
   */
  public static CoefficientSet parse(byte[] text, String name) {
    try {
      return set(JsonObject.root(Json.tree(text)));
    } catch (IllegalArgumentException e) {
      throw new CoefficientException(name + ": " + e.getMessage(), e);
    }
  }

  private static CoefficientSet set(JsonObject json) {
    long version = json.integer("schemaVersion");
    if (version != CoefficientWriter.SCHEMA_VERSION) {
      throw json.failure(
          "schemaVersion",
          "is " + version + ", this invact reads version " + CoefficientWriter.SCHEMA_VERSION);
    }
    json.allowOnly(
        "schemaVersion", "name", "activation", "expression", "argmin", "minimum", "left", "right");
    Activation activation = activation(json);
    requireConstant(json, "argmin", activation.argmin(), activation);
    requireConstant(json, "minimum", activation.minimum(), activation);
    return new CoefficientSet(
        json.text("name"),
        activation,
        piece(json.object("left"), activation, Branch.LEFT),
        piece(json.object("right"), activation, Branch.RIGHT));
  }

  /** With an expression one's own, which cannot have the name of another. */
  private static Activation activation(JsonObject json) {
    if (!json.has("expression")) {
      return json.parsed("activation", Activations::of);
    }
    String name = json.text("activation");
    return json.parsed("expression", expression -> CustomActivation.of(name, expression));
  }

  private static void requireConstant(
      JsonObject json, String key, double expected, Activation activation) {
    double value = json.number(key);
    if (StrictMath.abs(value - expected) > CONSTANT_TOLERANCE_ULP * StrictMath.ulp(expected)) {
      throw json.failure(key, "is " + value + ", but " + activation.name() + "'s is " + expected);
    }
  }

  private static Piece piece(JsonObject json, Activation activation, Branch branch) {
    json.allowOnly("form", "target", "coefficients", "derivativeError", "origin");
    double depth = -activation.minimum();
    Target target = json.parsed("target", Target::of);
    Form form = json.parsed("form", name -> Forms.of(name, depth));
    Approximant q =
        json.checked("coefficients", () -> new Approximant(form, json.numbers("coefficients")));
    BranchApproximant approximant =
        json.checked("target", () -> new BranchApproximant(activation, branch, target, q));
    JsonObject error = json.object("derivativeError");
    error.allowOnly("rms", "bias", "maxAbs", "maxAbsAt");
    ErrorSummary stored =
        new ErrorSummary(
            error.number("rms"),
            error.number("bias"),
            error.number("maxAbs"),
            error.number("maxAbsAt"));
    requireError(error, approximant, stored);
    return new Piece(approximant, origin(json.object("origin")), stored);
  }

  /** The error stored must be the error found: a changed digit in a coefficient shows. */
  private static void requireError(
      JsonObject json, BranchApproximant approximant, ErrorSummary stored) {
    ErrorSummary found = approximant.measureDerivativeError().summary();
    requireFound(json, "rms", stored.rms(), found.rms());
    requireFound(json, "bias", stored.bias(), found.bias());
    requireFound(json, "maxAbs", stored.maxAbs(), found.maxAbs());
    double there = StrictMath.abs(approximant.derivativeError(stored.maxAbsAt()));
    if (!(StrictMath.abs(there - stored.maxAbs()) <= CHECK_TOLERANCE)) {
      throw json.failure(
          "maxAbsAt", "is " + stored.maxAbsAt() + ", but the error there is " + there);
    }
  }

  private static void requireFound(JsonObject json, String key, double stored, double found) {
    if (!(StrictMath.abs(found - stored) <= CHECK_TOLERANCE)) {
      throw json.failure(key, "is " + stored + ", but the coefficients give " + found);
    }
  }

  private static Origin origin(JsonObject json) {
    String kind = json.text("kind");
    return switch (kind) {
      case "published" -> {
        json.allowOnly("kind", "source", "note");
        yield new Origin.Published(json.text("source"), json.text("note"));
      }
      case "fitted" -> {
        json.allowOnly(
            "kind",
            "objective",
            "sampling",
            "rangeLow",
            "rangeHigh",
            "points",
            "sse",
            "rms",
            "maxAbs",
            "maxAbsAt",
            "conditionNumber",
            "starts",
            "agreeing",
            "seed");
        yield new Origin.Fitted(
            json.text("objective"),
            json.text("sampling"),
            json.number("rangeLow"),
            json.number("rangeHigh"),
            json.integer("points"),
            json.number("sse"),
            json.number("rms"),
            json.number("maxAbs"),
            json.number("maxAbsAt"),
            json.number("conditionNumber"),
            (int) json.integer("starts"),
            (int) json.integer("agreeing"),
            json.integer("seed"));
      }
      case "minimax" -> {
        json.allowOnly(
            "kind",
            "rangeLow",
            "rangeHigh",
            "levelledError",
            "largestError",
            "reference",
            "starts",
            "agreeing");
        yield new Origin.Minimax(
            json.number("rangeLow"),
            json.number("rangeHigh"),
            json.number("levelledError"),
            json.number("largestError"),
            Arrays.stream(json.numbers("reference")).boxed().toList(),
            (int) json.integer("starts"),
            (int) json.integer("agreeing"));
      }
      case "conditional-mean" -> {
        json.allowOnly("kind", "dtype", "density", "points", "rms", "conditionNumber");
        yield new Origin.ConditionalMean(
            json.text("dtype"),
            json.text("density"),
            json.integer("points"),
            json.number("rms"),
            json.number("conditionNumber"));
      }
      default ->
          throw json.failure(
              "kind", "is '" + kind + "': use published, fitted, minimax or conditional-mean");
    };
  }
}
