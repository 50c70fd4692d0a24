package invact.coefficient;

import invact.activation.Activation;
import invact.activation.Branch;

/**
 * All that a runtime needs for one activation: T and f(T), which the activation holds, and both
 * branches' pieces.
 *
 * @param name what the set is called, and its file without {@code .json}
 * @param activation the activation
 * @param left the piece for x &lt; T
 * @param right the piece for x ≥ T
 */
public record CoefficientSet(String name, Activation activation, Piece left, Piece right) {
  /**
   * A set of two pieces.
   *
   * @throws IllegalArgumentException if the name is not made of lower-case letters, digits, '-',
   *     '_' and '.', or a branch belongs to another activation or to the other side
   */
  public CoefficientSet {
    if (!name.matches("[a-z0-9][a-z0-9._-]*")) {
      throw new IllegalArgumentException(
          "'" + name + "' is no name for a coefficient set: use a-z, 0-9, '-', '_' and '.'");
    }
    requireSide(activation, left, Branch.LEFT);
    requireSide(activation, right, Branch.RIGHT);
  }

  /**
   * The piece of a branch.
   *
   * @param branch the branch
   * @return its piece
   */
  public Piece piece(Branch branch) {
    return branch == Branch.LEFT ? left : right;
  }

  private static void requireSide(Activation activation, Piece side, Branch branch) {
    if (side.approximant().branch() != branch
        || !side.approximant().activation().equals(activation)) {
      throw new IllegalArgumentException(
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
}
