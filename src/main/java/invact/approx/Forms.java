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

  /**
   * How a form, or a family of forms, is called and what it is.
   *
   * @param name the name, with D, M, N, S for degrees and a number of segments, R for a root and U
   *     for a lift
   * @param formula what q is, t = √u − R; with a cut-off 1 where u &gt; U
   * @param coefficients how many there are
   */
  public record Usage(String name, String formula, String coefficients) {}

  /** A family of forms whose name holds numbers. */
  private record Family(Usage usage, Pattern pattern, Function<MatchResult, Form> maker) {
    Family(
        String prefix,
        String numbers,
        String placement,
        String formula,
        String coefficients,
        Function<MatchResult, Form> maker) {
      this(
          new Usage(
              prefix + numbers + placement.replace(ABOUT, "[-about-R]").replace(CUT, "[-cut-U]"),
              formula,
              coefficients),
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
              "c0 + … + cD·t^D",
              "D+1",
              name -> new RootPolynomial(number(name, 1), centre(name), cutoff(name))),
          new Family(
              RootRational.PREFIX,
              "M-N",
              ABOUT + CUT,
              "(a0 + … + aM·t^M)/(1 + … + bN·t^N)",
              "M+1+N",
              name ->
                  new RootRational(number(name, 1), number(name, 2), centre(name), cutoff(name))),
          new Family(
              RootExponential.Decay.EXPONENTIAL.prefix(),
              "D",
              CUT,
              "1 + (a0 + … + aD·t^D)·exp(−k·u)",
              "D+2",
              name ->
                  new RootExponential(
                      number(name, 1), RootExponential.Decay.EXPONENTIAL, cutoff(name))),
          new Family(
              RootExponential.Decay.GAUSSIAN.prefix(),
              "D",
              CUT,
              "1 + (a0 + … + aD·t^D)·exp(−k·u²)",
              "D+2",
              name ->
                  new RootExponential(
                      number(name, 1), RootExponential.Decay.GAUSSIAN, cutoff(name))),
          new Family(
              SegmentedPolynomial.PREFIX,
              "S-D",
              CUT,
              "c0 + … + cD·t^D of one of S segments",
              "S−1 + S·(D+1)",
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
   * What there is to choose from.
   *
   * @return an unmodifiable list, the paper's forms first
   */
  public static List<Usage> usages() {
    return Stream.concat(
            all(1.0).stream()
                .map(form ->
                    new Usage(
                        form.name(), form.formula(), Integer.toString(form.coefficientCount()))),
            FAMILIES.stream().map(Family::usage))
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
        "unknown form '"
            + name
            + "': known are "
            + String.join(", ", usages().stream().map(Usage::name).toList()));
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
