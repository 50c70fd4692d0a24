package invact.coefficient;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.approx.Approximant;
import invact.approx.Forms;
import invact.error.ErrorGrid;
import invact.error.ErrorSummary;
import invact.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads coefficient sets and believes nothing: schema version, keys, finite numbers, the number of
 * coefficients, T and f(T) against the activation, and the stored error against the approximant.
 */
public final class CoefficientReader {
  /** T and f(T) may come from another tool's rounding, no more. */
  private static final int CONSTANT_TOLERANCE_ULP = 4;

  /** The self-check takes every so-manieth point of the error grid. */
  private static final int CHECK_STRIDE = 61;

  /**
   * Relative; the stored error was computed by the same operations, but perhaps in another
   * version's order, so that its last digits may differ by the rounding of f and f′.
   */
  private static final double CHECK_TOLERANCE = 1e-9;

  private CoefficientReader() {}

  /**
   * The set in a file.
   *
   * @param file the file
   * @return the set
   * @throws CoefficientException if it cannot be read or fails a check; one line: file, key, reason
   */
  public static CoefficientSet read(Path file) {
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
    json.allowOnly("schemaVersion", "name", "activation", "argmin", "minimum", "left", "right");
    Activation activation = json.parsed("activation", Activations::of);
    requireConstant(json, "argmin", activation.argmin(), activation);
    requireConstant(json, "minimum", activation.minimum(), activation);
    return new CoefficientSet(
        json.text("name"),
        activation,
        piece(json.object("left"), activation, Branch.LEFT),
        piece(json.object("right"), activation, Branch.RIGHT));
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
    BranchApproximant approximant =
        new BranchApproximant(
            activation,
            branch,
            json.parsed("target", Target::of),
            json.checked(
                "coefficients",
                () ->
                    new Approximant(
                        json.parsed("form", name -> Forms.of(name, depth)),
                        json.numbers("coefficients"))));
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

  /**
   * The error stored must be the error found where it is said to be largest, and nowhere on a part
   * of the grid may a larger one be found: a changed digit in a coefficient shows.
   */
  private static void requireError(
      JsonObject json, BranchApproximant approximant, ErrorSummary stored) {
    double found = StrictMath.abs(approximant.derivativeError(stored.maxAbsAt()));
    double bound = stored.maxAbs() * (1 + CHECK_TOLERANCE);
    if (!(StrictMath.abs(found - stored.maxAbs()) <= CHECK_TOLERANCE * stored.maxAbs())) {
      throw json.failure(
          "maxAbs",
          "is " + stored.maxAbs() + ", but the coefficients give " + found + " at maxAbsAt");
    }
    for (int i = 0; i < ErrorGrid.size(); i += CHECK_STRIDE) {
      double x = ErrorGrid.point(approximant.activation().argmin(), approximant.branch().sign(), i);
      double error = StrictMath.abs(approximant.derivativeError(x));
      if (!(error <= bound)) {
        throw json.failure(
            "maxAbs",
            "is " + stored.maxAbs() + ", but the coefficients give " + error + " at " + x);
      }
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
      default -> throw json.failure("kind", "is '" + kind + "': use published or fitted");
    };
  }
}
