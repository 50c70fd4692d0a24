package invact.approx;

import java.util.List;

/** The forms that invact knows by name. */
public final class Forms {
  private Forms() {}

  /**
   * All known forms.
   *
   * @param depth |f(T)| of the activation they are to serve
   * @return an unmodifiable list
   */
  public static List<Form> all(double depth) {
    return List.of(new PaperGeluLeft(depth), new PaperSiluLeft(), new PaperRight());
  }

  /**
   * The form of a name.
   *
   * @param name a name as {@link Form#name()} gives it
   * @param depth |f(T)| of the activation it is to serve
   * @return the form
   * @throws IllegalArgumentException if no form has that name
   */
  public static Form of(String name, double depth) {
    for (Form form : all(depth)) {
      if (form.name().equals(name)) {
        return form;
      }
    }
    throw new IllegalArgumentException(
        "unknown form '"
            + name
            + "': known are "
            + String.join(", ", all(depth).stream().map(Form::name).toList()));
  }
}
