package invact.form.internal;

import invact.form.FormSpec;
import java.util.List;
import java.util.regex.Matcher;

/** The forms that invact knows by name. */
public final class Forms {
  /** The one list of families. */
  private static final List<Family> FAMILIES =
      List.of(
          PaperGeluLeft.FAMILY,
          PaperSiluLeft.FAMILY,
          PaperRight.FAMILY,
          RootPolynomial.FAMILY,
          RootRational.FAMILY,
          RootExponential.Decay.EXPONENTIAL.family(),
          RootExponential.Decay.GAUSSIAN.family(),
          SegmentedPolynomial.FAMILY);

  private Forms() {}

  /**
   * What there is to choose from.
   *
   * @return an unmodifiable list, the paper's forms first
   */
  public static List<Family> families() {
    return FAMILIES;
  }

  /**
   * The family of a name.
   *
   * @param name a name as {@link Family#name()} gives it
   * @return the family
   * @throws IllegalArgumentException if no family has that name
   */
  public static Family family(String name) {
    for (Family family : FAMILIES) {
      if (family.name().equals(name)) {
        return family;
      }
    }
    throw new IllegalArgumentException(
        "unknown family of forms '"
            + name
            + "': known are "
            + String.join(", ", FAMILIES.stream().map(Family::name).toList()));
  }

  /**
   * The form of some parameters.
   *
   * @param spec the parameters
   * @param depth |f(T)| of the activation that the form is to serve
   * @return the form
   */
  public static Form of(FormSpec spec, double depth) {
    return family(spec.family()).maker().make(spec, depth);
  }

  /**
   * The form of a name.
   *
   * @param name a name as {@link FormSpec#name()} gives it
   * @param depth |f(T)| of the activation that the form is to serve
   * @return the form
   * @throws IllegalArgumentException if no form has that name
   */
  public static Form of(String name, double depth) {
    return of(parse(name), depth);
  }

  /**
   * The parameters of the form of a name.
   *
   * @param name a name as {@link FormSpec#name()} gives it
   * @return the parameters
   * @throws IllegalArgumentException if no form has that name
   */
  public static FormSpec parse(String name) {
    for (Family family : FAMILIES) {
      Matcher matcher = family.match(name);
      if (matcher.matches()) {
        FormSpec spec = family.spec(matcher);
        if (!spec.name().equals(name)) {
          throw new IllegalArgumentException(
              "form '" + name + "' is written '" + spec.name() + "'");
        }
        return spec;
      }
    }
    throw new IllegalArgumentException(
        "unknown form '"
            + name
            + "': known are "
            + String.join(", ", FAMILIES.stream().map(Family::usage).toList()));
  }
}
