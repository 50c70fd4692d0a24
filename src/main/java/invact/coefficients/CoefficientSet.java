package invact.coefficients;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.ErrorInUse;
import invact.coefficients.internal.Provenance;
import invact.numeric.Dtype;
import invact.numeric.internal.PerDtype;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All that a runtime needs for one activation: T and f(T), which the activation holds, how a
 * rounded output is decoded, and both branches' pieces.
 *
 * @param name what the set is called, and its file without {@code .json}; a label alone
 * @param activation the activation
 * @param dtype what the set is made for; nothing if it aims at f′ of the exact output
 * @param decoding the height above the minimum that a rounded output stands for, in each dtype
 * @param left the piece for x &lt; T
 * @param right the piece for x ≥ T
 * @param errorInUse the error of the set in each dtype for x ~ N(0, 1); nothing in a set that has
 *     not been measured, which cannot be written
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
   * A set of two pieces.
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
    for (BranchCoefficients piece : List.of(left, right)) {
      requireDtype(dtype, piece);
      requireNoPole(piece);
    }
  }

  /**
   * A set that has not been measured in use.
   *
   * @param name what the set is called
   * @param activation the activation
   * @param dtype what the set is made for; nothing if it aims at f′ of the exact output
   * @param left the piece for x &lt; T
   * @param right the piece for x ≥ T
   * @throws CoefficientException as for a set that has been
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
        PerDtype.of(format -> RoundedHeight.of(activation, format)),
        left,
        right,
        Optional.empty());
  }

  /**
   * A set that aims at f′ of the exact output and has not been measured in use.
   *
   * @param name what the set is called
   * @param activation the activation
   * @param left the piece for x &lt; T
   * @param right the piece for x ≥ T
   * @throws CoefficientException as for a set that has been
   */
  public CoefficientSet(
      String name, Activation activation, BranchCoefficients left, BranchCoefficients right) {
    this(name, activation, Optional.empty(), left, right);
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
   * The piece of a branch.
   *
   * @param branch the branch
   * @return its piece
   */
  public BranchCoefficients piece(Branch branch) {
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

  private static void requireDtype(Optional<Dtype> dtype, BranchCoefficients piece) {
    if (piece.provenance() instanceof Provenance.ConditionalMean mean
        && !dtype.equals(Optional.of(mean.dtype()))) {
      throw new CoefficientException(
          "key dtype is "
              + dtype.map(Dtype::label).orElse("null")
              + ", but the "
              + piece.approximant().branch().label()
              + " branch was fitted to outputs in "
              + mean.dtype().label());
    }
  }

  private static void requireNoPole(BranchCoefficients piece) {
    BranchApproximant approximant = piece.approximant();
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
