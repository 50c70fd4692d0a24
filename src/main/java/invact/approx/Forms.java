package invact.approx;

import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The forms that invact knows by name. */
public final class Forms {
  private static final String NUMBER = "([0-9]{1,3})";
  private static final String ABOUT = "(?:-about-(?<centre>[0-9]+\\.[0-9]+))?";
  private static final String CUT = "(?:-cut-(?<cutoff>[0-9]+\\.[0-9]+))?";

  /** A family of forms whose name holds numbers. */
  private record Family(String usage, Pattern pattern, Function<MatchResult, Form> maker) {
    Family(String prefix, String numbers, String placement, Function<MatchResult, Form> maker) {
      this(
          prefix + numbers + placement.replace(ABOUT, "[-about-R]").replace(CUT, "[-cut-U]"),
          Pattern.compile(prefix + numbers.replaceAll("[A-Z]", NUMBER) + placement),
          maker);
    }
  }

  private static final List<Family> FAMILIES =
      List.of(
          new Family(
              RootPolynomial.PREFIX,
              "D",
              ABOUT + CUT,
              name -> new RootPolynomial(number(name, 1), centre(name), cutoff(name))),
          new Family(
              RootRational.PREFIX,
              "M-N",
              ABOUT + CUT,
              name ->
                  new RootRational(number(name, 1), number(name, 2), centre(name), cutoff(name))),
          new Family(
              RootExponential.Decay.EXPONENTIAL.prefix(),
              "D",
              CUT,
              name ->
                  new RootExponential(
                      number(name, 1), RootExponential.Decay.EXPONENTIAL, cutoff(name))),
          new Family(
              RootExponential.Decay.GAUSSIAN.prefix(),
              "D",
              CUT,
              name ->
                  new RootExponential(
                      number(name, 1), RootExponential.Decay.GAUSSIAN, cutoff(name))),
          new Family(
              SegmentedPolynomial.PREFIX,
              "S-D",
              CUT,
              name -> new SegmentedPolynomial(number(name, 1), number(name, 2), cutoff(name))));

  private Forms() {}

  /**
   * The paper's forms, whose names hold no numbers.
   *
   * @param depth |f(T)| of the activation they are to serve
   * @return an unmodifiable list
   */
  public static List<Form> all(double depth) {
    return List.of(new PaperGeluLeft(depth), new PaperSiluLeft(), new PaperRight());
  }

  /**
   * The names to choose from, with D, M, N, S for degrees and a number of segments, R for a root
   * and U for a lift.
   *
   * @return an unmodifiable list
   */
  public static List<String> names() {
    return Stream.concat(all(1.0).stream().map(Form::name), FAMILIES.stream().map(Family::usage))
        .toList();
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
    for (Family family : FAMILIES) {
      Matcher matcher = family.pattern.matcher(name);
      if (matcher.matches()) {
        Form form = family.maker.apply(matcher);
        if (!form.name().equals(name)) {
          throw new IllegalArgumentException(
              "form '" + name + "' is written '" + form.name() + "'");
        }
        return form;
      }
    }
    throw new IllegalArgumentException(
        "unknown form '" + name + "': known are " + String.join(", ", names()));
  }

  private static int number(MatchResult name, int group) {
    return Integer.parseInt(name.group(group));
  }

  private static double centre(MatchResult name) {
    String text = name.group("centre");
    return text == null ? 0.0 : Double.parseDouble(text);
  }

  private static double cutoff(MatchResult name) {
    String text = name.group("cutoff");
    return text == null ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }
}
