package invact.form.internal;

import invact.form.FormSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A family of forms: what it is called, which parameters its forms have, and how one is made of
 * them. Names, JSON, the list of forms and the checks of parameters all come from here.
 *
 * @param name what names of its forms begin with; the name itself where there are no parameters
 * @param kind what it is grouped with
 * @param counts its whole-number parameters, in the order of the name
 * @param hasCentre whether powers are taken about a centre
 * @param hasCutoff whether a cut-off may be given, beyond which q = 1
 * @param formula what q is, in the letters of the counts, u the height above the minimum and t = √u
 *     − R, R the centre
 * @param coefficients how many coefficients there are, in the letters of the counts
 * @param maker makes a form of the family
 */
public record Family(
    String name,
    Kind kind,
    List<Count> counts,
    boolean hasCentre,
    boolean hasCutoff,
    String formula,
    String coefficients,
    Maker maker) {
  /** The key of the centre in JSON. */
  public static final String CENTRE = "centre";

  /** The key of the cut-off in JSON. */
  public static final String CUTOFF = "cutoff";

  /** Families that are shown alike. */
  public enum Kind {
    /** The forms of the paper. */
    PAPER,
    /** Polynomials in the root. */
    POLYNOMIAL,
    /** Rational functions of the root. */
    RATIONAL,
    /** One plus a polynomial in the root that an exponential damps. */
    EXPONENTIAL,
    /** Polynomials in the root, each on its segment. */
    SEGMENTED
  }

  /**
   * A whole-number parameter.
   *
   * @param key its key in JSON
   * @param letter what stands for it in usage texts
   * @param least the least value
   * @param largest the largest value
   */
  public record Count(String key, String letter, int least, int largest) {
    public void require(int value) {
      if (value < least || value > largest) {
        throw new IllegalArgumentException(
            key + " must lie in [" + least + ", " + largest + "]: " + value);
      }
    }
  }

  /** Makes a form of its parameters. */
  @FunctionalInterface
  public interface Maker {
    /**
     * The form of some parameters.
     *
     * @param spec the parameters, in range
     * @param depth |f(T)| of the activation that the form is to serve
     * @return the form
     */
    Form make(FormSpec spec, double depth);
  }

  /** A family of some parameters. */
  public Family {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(maker, "maker");
    counts = List.copyOf(counts);
  }

  /** A family without parameters: one form. */
  static Family single(String name, String formula, int coefficients, Maker maker) {
    return new Family(
        name, Kind.PAPER, List.of(), false, false, formula, Integer.toString(coefficients), maker);
  }

  /**
   * What names of its forms look like.
   *
   * @return such as {@code root-polynomial-D[-about-R][-cut-U]}
   */
  public String usage() {
    StringBuilder usage = new StringBuilder(name);
    counts.forEach(count -> usage.append('-').append(count.letter));
    return usage
        .append(hasCentre ? "[-about-R]" : "")
        .append(hasCutoff ? "[-cut-U]" : "")
        .toString();
  }

  /** The form of some parameters, of a centre that is not 0 only where the family has one. */
  FormSpec spec(double centre, double cutoff, Integer... values) {
    return new FormSpec(name, List.of(values), centre, cutoff);
  }

  /** What a name of one of its forms matches; the groups are the counts, centre and cut-off. */
  Matcher match(String text) {
    String point =
        (hasCentre ? "(?:-about-(?<centre>[0-9]+\\.[0-9]+))?" : "")
            + (hasCutoff ? "(?:-cut-(?<cutoff>[0-9]+\\.[0-9]+))?" : "");
    return Pattern.compile(Pattern.quote(name) + "-([0-9]{1,3})".repeat(counts.size()) + point)
        .matcher(text);
  }

  /** The parameters that a matching name holds. */
  FormSpec spec(Matcher matched) {
    List<Integer> values = new ArrayList<>();
    for (int group = 1; group <= counts.size(); group++) {
      values.add(Integer.parseInt(matched.group(group)));
    }
    String centre = hasCentre ? matched.group("centre") : null;
    String cutoff = hasCutoff ? matched.group("cutoff") : null;
    return new FormSpec(
        name,
        values,
        centre == null ? 0.0 : Double.parseDouble(centre),
        cutoff == null ? Double.POSITIVE_INFINITY : Double.parseDouble(cutoff));
  }
}
