package invact.coefficients.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.SetDocument.BranchDocument;
import invact.form.internal.Approximant;
import invact.form.internal.FloatApproximant;
import invact.form.internal.Forms;
import invact.internal.io.Failure;
import invact.internal.io.Json;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.numeric.internal.PerDtype;
import invact.sampling.internal.ErrorGrid;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads coefficient sets and checks everything in them: size and encoding of the file, schema
 * version, keys, ranges of numbers, the number of coefficients, T, f(T) and the constants of
 * decoding of the activation, the conditions on an expression, denominators for zeros on their
 * branch, and the stored errors of each branch and in use against the approximants'.
 */
public final class CoefficientReader {
  /** A hundred times the size of a set, in bytes. */
  private static final int LARGEST_FILE = 1 << 20;

  /** T and f(T) may differ by the rounding of another program. */
  private static final int CONSTANT_TOLERANCE_ULP = 4;

  /**
   * Share of the least height by which the constants of decoding may differ: another program may
   * write fp32 numbers with seven digits.
   */
  private static final double DECODING_TOLERANCE = 1e-6;

  /**
   * Absolute difference allowed between the stored and the measured error: next to T an ulp of f(x)
   * changes g by up to 1e-8.
   */
  private static final double CHECK_TOLERANCE = 5e-8;

  /** Relative difference allowed between the stored and the measured error. */
  private static final double RELATIVE_CHECK_TOLERANCE = 1e-4;

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
    try (InputStream in = Files.newInputStream(file)) {
      text = in.readNBytes(LARGEST_FILE + 1);
    } catch (NoSuchFileException e) {
      throw new CoefficientException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new CoefficientException(file + ": cannot be read: " + Failure.reason(e), e);
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
    CoefficientSet set = withoutErrorsInUse(text, name);
    try {
      ErrorInUseCheck.require(set);
      return set;
    } catch (CoefficientException e) {
      throw new CoefficientException(name + ": " + e.getMessage(), e);
    }
  }

  /** The same without a check of the errors in use, which takes 0.2 s: for the shipped sets. */
  static CoefficientSet withoutErrorsInUse(byte[] text, String name) {
    try {
      if (text.length > LARGEST_FILE) {
        throw new CoefficientException(
            "is no coefficient set: it has more than " + LARGEST_FILE + " bytes");
      }
      return set(JsonObject.root(Json.tree(text)));
    } catch (IllegalArgumentException | CoefficientException e) {
      throw new CoefficientException(name + ": " + e.getMessage(), e);
    }
  }

  private static CoefficientSet set(JsonObject json) {
    requireVersion(json);
    SetDocument document = SetCodec.DOCUMENT.members(json, List.of());
    Activation activation = activation(document);
    requireConstant("argmin", document.argmin(), activation.argmin(), activation);
    requireConstant("minimum", document.minimum(), activation.minimum(), activation);
    for (Dtype dtype : PerDtype.DTYPES) {
      requireDecoding(dtype, document.decoding().get(dtype), activation);
      requireInput(dtype, document.errorInUse().get(dtype));
    }
    BranchCoefficients left = branch("left.", document.left(), activation, Branch.LEFT);
    BranchCoefficients right = branch("right.", document.right(), activation, Branch.RIGHT);
    return JsonObject.checkedAt(
        "name",
        () ->
            new CoefficientSet(
                document.name(),
                activation,
                document.dtype(),
                document.decoding(),
                left,
                right,
                Optional.of(document.errorInUse())));
  }

  private static void requireVersion(JsonObject json) {
    String key = CoefficientWriter.VERSION_KEY;
    long version = json.integer(key, 0, Long.MAX_VALUE);
    if (version != CoefficientWriter.SCHEMA_VERSION) {
      throw json.failure(
          key,
          "is "
              + version
              + ", this invact reads version "
              + CoefficientWriter.SCHEMA_VERSION
              + ": make the set anew, with the 'invact fit' that made it");
    }
  }

  /** A custom activation where the file has an expression, else the known one of that name. */
  private static Activation activation(SetDocument document) {
    String name = document.activation();
    return document
        .expression()
        .map(expression ->
            JsonObject.<Activation>checkedAt(
                "expression", () -> Activations.custom(name, expression)))
        .orElseGet(() -> JsonObject.checkedAt("activation", () -> Activations.of(name)));
  }

  private static void requireConstant(
      String key, double value, double expected, Activation activation) {
    if (StrictMath.abs(value - expected) > CONSTANT_TOLERANCE_ULP * StrictMath.ulp(expected)) {
      throw JsonObject.failureAt(
          key, "is " + value + ", but " + activation.name() + "'s is " + expected);
    }
  }

  private static void requireDecoding(Dtype dtype, RoundedHeight stored, Activation activation) {
    RoundedHeight expected = RoundedHeight.of(activation, dtype);
    String key = "decoding." + dtype.label() + ".";
    requireNear(key + "minimum", stored.minimum(), expected.minimum(), 0);
    double tolerance = DECODING_TOLERANCE * expected.least();
    requireNear(key + "offset", stored.offset(), expected.offset(), tolerance);
    requireNear(key + "least", stored.least(), expected.least(), tolerance);
  }

  private static void requireNear(String key, float stored, float expected, double tolerance) {
    if (StrictMath.abs((double) stored - expected) > tolerance) {
      throw JsonObject.failureAt(
          key, "is " + stored + ", but outputs so rounded are decoded with " + expected);
    }
  }

  private static void requireInput(Dtype dtype, ErrorInUse error) {
    double x = error.found().maxAbsAt();
    if (StrictMath.abs(x) > dtype.maxValue()) {
      throw JsonObject.failureAt(
          "errorInUse." + dtype.label() + ".maxAbsAt",
          "is " + x + ", which is no input in " + dtype.label());
    }
  }

  private static BranchCoefficients branch(
      String path, BranchDocument document, Activation activation, Branch branch) {
    Approximant q =
        JsonObject.checkedAt(
            path + "coefficients",
            () ->
                new Approximant(
                    Forms.of(document.form(), -activation.minimum()),
                    document.coefficients().stream().mapToDouble(c -> c).toArray()));
    q.form()
        .objection(q.coefficients())
        .ifPresent(reason -> {
          throw JsonObject.failureAt(path + "coefficients", "is wrong: " + reason);
        });
    // Runtimes compute in fp32.
    JsonObject.checkedAt(path + "coefficients", () -> FloatApproximant.of(q));
    BranchApproximant approximant =
        JsonObject.checkedAt(
            path + "target", () -> new BranchApproximant(activation, branch, document.target(), q));
    BranchCoefficients coefficients =
        new BranchCoefficients(approximant, document.provenance(), document.derivativeError());
    requireError(path + "derivativeError.", coefficients);
    return coefficients;
  }

  /** The stored error must be the measured one: this finds a changed digit in a coefficient. */
  private static void requireError(String path, BranchCoefficients branch) {
    ErrorSummary stored = branch.derivativeError();
    ErrorSummary found = branch.approximant().measureDerivativeError().summary();
    requireFound(path + "rms", stored.rms(), found.rms());
    requireFound(path + "bias", stored.bias(), found.bias());
    requireFound(path + "maxAbs", stored.maxAbs(), found.maxAbs());
    double x = stored.maxAbsAt();
    Activation activation = branch.approximant().activation();
    Branch side = branch.approximant().branch();
    int sign = side.sign();
    double farthest = ErrorGrid.points(activation, side)[ErrorGrid.size() - 1];
    // T belongs to the right branch, and the error is measured there on both branches.
    double distance = sign * (x - activation.argmin());
    boolean onBranch = distance >= 0 && distance <= sign * (farthest - activation.argmin());
    double there = StrictMath.abs(branch.approximant().derivativeError(x));
    if (!onBranch || !isNear(there, stored.maxAbs())) {
      throw JsonObject.failureAt(
          path + "maxAbsAt",
          "is " + x + (onBranch ? ", but the error there is " + there : ", not on the branch"));
    }
  }

  private static void requireFound(String key, double stored, double found) {
    if (!isNear(found, stored)) {
      throw JsonObject.failureAt(key, "is " + stored + ", but the coefficients give " + found);
    }
  }

  private static boolean isNear(double found, double stored) {
    double tolerance =
        StrictMath.max(CHECK_TOLERANCE, RELATIVE_CHECK_TOLERANCE * StrictMath.abs(stored));
    return StrictMath.abs(found - stored) <= tolerance;
  }
}
