package invact.export.internal;

import invact.coefficients.CoefficientSet;

/** Names of sets and activations as identifiers of C and Python. */
public final class Identifiers {
  private Identifiers() {}

  /**
   * What a set's functions begin with.
   *
   * @param set the set
   * @return its name, '_' for whatever identifiers cannot hold, {@code set_} before a digit
   */
  public static String of(CoefficientSet set) {
    String name = of(set.name());
    return Character.isDigit(name.charAt(0)) ? "set_" + name : name;
  }

  /**
   * A name without the characters that identifiers cannot hold.
   *
   * @param name of lower-case letters, digits, '-', '.' and '_'
   * @return the same with '_' for '-' and '.'
   */
  static String of(String name) {
    return name.replace('-', '_').replace('.', '_');
  }
}
