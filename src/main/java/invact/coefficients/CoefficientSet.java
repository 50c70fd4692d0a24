package invact.coefficients;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.CoefficientReader;
import invact.coefficients.internal.CoefficientWriter;
import invact.coefficients.internal.ErrorInUse;
import invact.coefficients.internal.Provenance;
import invact.coefficients.internal.ShippedSets;
import invact.numeric.Dtype;
import invact.numeric.internal.PerDtype;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A coefficient set holds what a runtime needs for one activation: T and f(T), which the activation
 * holds, the decoding of rounded outputs, and the coefficients of both branches. It is the
 * interchange format of invact: a fit makes it; evaluation, plots, runtimes and exports read it.
 *
 * @param name the label of the set, and its file name without {@code .json}; nothing depends on it
 * @param activation the activation
 * @param dtype the dtype of tensors the set is made for; empty if it aims at f′ of the exact output
 * @param decoding the height above the minimum that a rounded output stands for, in each dtype
 * @param left the coefficients for x &lt; T
 * @param right the coefficients for x ≥ T
 * @param errorInUse the error of the set in each dtype for x ~ N(0, 1); empty in a set that has not
 *     been measured, which cannot be written
 */
public record CoefficientSet(
    String name,
    Activation activation,
    Optional<Dtype> dtype,
    PerDtype<RoundedHeight> decoding,
    BranchCoefficients left,
    BranchCoefficients right,
    Optional<PerDtype<ErrorInUse>> errorInUse) {
  /**
   * A set of two branches.
   *
   * @throws CoefficientException if the name is not made of lower-case letters, digits, '-', '_'
   *     and '.', a branch belongs to another activation, to the other side or to another dtype, or
   *     a denominator comes to 0 on its branch
   */
  public CoefficientSet {
    if (!name.matches("[a-z0-9][a-z0-9._-]*")) {
      throw new CoefficientException(
          "'" + name + "' is no name for a coefficient set: use a-z, 0-9, '-', '_' and '.'");
    }
    Objects.requireNonNull(decoding, "decoding");
    requireSide(activation, left, Branch.LEFT);
    requireSide(activation, right, Branch.RIGHT);
    for (BranchCoefficients branch : List.of(left, right)) {
      requireDtype(dtype, branch);
      requireNoPole(branch);
    }
  }

  /**
   * A set that has not been measured in use.
   *
   * @param name what the set is called
   * @param activation the activation
   * @param dtype the dtype the set is made for; empty if it aims at f′ of the exact output
   * @param left the coefficients for x &lt; T
   * @param right the coefficients for x ≥ T
   * @throws CoefficientException as for a measured set
   */
  public CoefficientSet(
      String name,
      Activation activation,
      Optional<Dtype> dtype,
      BranchCoefficients left,
      BranchCoefficients right) {
    this(
        name,
        activation,
        dtype,
        PerDtype.of(of -> RoundedHeight.of(activation, of)),
        left,
        right,
        Optional.empty());
  }

  /**
   * A set that aims at f′ of the exact output and has not been measured in use.
   *
   * @param name what the set is called
   * @param activation the activation
   * @param left the coefficients for x &lt; T
   * @param right the coefficients for x ≥ T
   * @throws CoefficientException as for a measured set
   */
  public CoefficientSet(
      String name, Activation activation, BranchCoefficients left, BranchCoefficients right) {
    this(name, activation, Optional.empty(), left, right);
  }

  /**
   * The set in a file. Nothing in the file is believed: encoding, schema version, keys, ranges, T,
   * f(T) and the constants of decoding are checked, denominators for zeros, and the stored error
   * against the coefficients.
   *
   * @param file the file, at most 1 MiB
   * @return the set
   * @throws CoefficientException if the file cannot be read or fails a check; one line: file, key,
   *     reason
   */
  public static CoefficientSet read(Path file) {
    return CoefficientReader.read(file);
  }

  /**
   * Writes this set to {@code NAME.json}, whole or not at all. The same set gives the same bytes.
   *
   * @param directory the folder; it is made as needed
   * @return the file
   * @throws IOException if the file cannot be written
   * @throws CoefficientException if nothing could read the file back: the activation is Java code
   *     without an expression, or the set has not been measured
   */
  public Path write(Path directory) throws IOException {
    return CoefficientWriter.write(this, directory);
  }

  /**
   * A set that is shipped with invact.
   *
   * @param name its name, one of {@link #shippedNames()}
   * @return the set
   * @throws CoefficientException if no set of that name is shipped
   */
  public static CoefficientSet shipped(String name) {
    return ShippedSets.load(name);
  }

  /**
   * The names of the sets that are shipped with invact.
   *
   * @return the names, sorted
   */
  public static List<String> shippedNames() {
    return ShippedSets.names();
  }

  /**
   * The shipped sets that are made for an activation and a dtype.
   *
   * @param activation the activation
   * @param dtype fp32, bf16 or fp16
   * @return the sets, by name; the first is the default
   */
  public static List<CoefficientSet> shippedFor(Activation activation, Dtype dtype) {
    return ShippedSets.madeFor(activation, dtype);
  }

  /**
   * This set, measured.
   *
   * @param errors its error in each dtype
   * @return the set with its errors
   */
  public CoefficientSet withErrorInUse(PerDtype<ErrorInUse> errors) {
    return new CoefficientSet(name, activation, dtype, decoding, left, right, Optional.of(errors));
  }

  /**
   * The coefficients of a branch.
   *
   * @param branch the branch
   * @return its coefficients, their origin and their error
   */
  public BranchCoefficients branch(Branch branch) {
    return branch == Branch.LEFT ? left : right;
  }

  private static void requireSide(Activation activation, BranchCoefficients side, Branch branch) {
    if (side.approximant().branch() != branch
        || !side.approximant().activation().equals(activation)) {
      throw new CoefficientException(
          "the "
              + branch.label()
              + " branch of "
              + activation.name()
              + " cannot be the "
              + side.approximant().branch().label()
              + " branch of "
              + side.approximant().activation().name());
    }
  }

  private static void requireDtype(Optional<Dtype> dtype, BranchCoefficients branch) {
    if (branch.provenance() instanceof Provenance.ConditionalMean mean
        && !dtype.equals(Optional.of(mean.dtype()))) {
      throw new CoefficientException(
          "key dtype is "
              + dtype.map(Dtype::label).orElse("null")
              + ", but the "
              + branch.approximant().branch().label()
              + " branch was fitted to outputs in "
              + mean.dtype().label());
    }
  }

  private static void requireNoPole(BranchCoefficients branch) {
    BranchApproximant approximant = branch.approximant();
    OptionalDouble pole = approximant.pole();
    if (pole.isPresent()) {
      throw new CoefficientException(
          "key "
              + approximant.branch().label()
              + ".coefficients gives a denominator that is 0, or in fp32 may come out so, at the"
              + " height "
              + pole.getAsDouble()
              + " above the minimum");
    }
  }
}
