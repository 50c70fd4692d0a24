package invact.approx;

import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The forms that invact knows by name. */
public final class Forms {
  private static final String CUTOFF = "(?:-cut-([0-9]+\\.[0-9]+))?";

  /** A family of forms whose name holds numbers. */
  private record Family(String usage, Pattern pattern, Function<MatchResult, Form> maker) {
    /** One number in the name. */
    static Family ofOne(String prefix, String usage, OneNumber maker) {
      return new Family(
          prefix + usage,
          Pattern.compile(prefix + "([0-9]{1,3})" + CUTOFF),
          name -> maker.make(number(name, 1), cutoff(name, 2)));
    }

    /** Two numbers in the name. */
    static Family ofTwo(String prefix, String usage, TwoNumbers maker) {
      return new Family(
          prefix + usage,
          Pattern.compile(prefix + "([0-9]{1,3})-([0-9]{1,3})" + CUTOFF),
          name -> maker.make(number(name, 1), number(name, 2), cutoff(name, 3)));
    }

    private static int number(MatchResult name, int group) {
      return Integer.parseInt(name.group(group));
    }

    private static double cutoff(MatchResult name, int group) {
      String text = name.group(group);
      return text == null ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    }
  }

  private interface OneNumber {
    Form make(int number, double cutoff);
  }

  private interface TwoNumbers {
    Form make(int first, int second, double cutoff);
  }

  private static final List<Family> FAMILIES =
      List.of(
          Family.ofOne(RootPolynomial.PREFIX, "D", RootPolynomial::new),
          Family.ofTwo(RootRational.PREFIX, "M-N", RootRational::new),
          Family.ofOne(RootExponential.Decay.EXPONENTIAL.prefix(), "D", Forms::exponential),
          Family.ofOne(RootExponential.Decay.GAUSSIAN.prefix(), "D", Forms::gaussian),
          Family.ofTwo(SegmentedPolynomial.PREFIX, "S-D", SegmentedPolynomial::new));

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
   * The names to choose from, with D, M, N, S for degrees and a number of segments.
   *
   * @return an unmodifiable list; a name of a family may end in {@code -cut-U}
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
        "unknown form '"
            + name
            + "': known are "
            + String.join(", ", names())
            + ", the last "
            + FAMILIES.size()
            + " also with -cut-U");
  }

  private static Form exponential(int degree, double cutoff) {
    return new RootExponential(degree, RootExponential.Decay.EXPONENTIAL, cutoff);
  }

  private static Form gaussian(int degree, double cutoff) {
    return new RootExponential(degree, RootExponential.Decay.GAUSSIAN, cutoff);
  }
}
