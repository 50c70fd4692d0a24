package invact.sampling.internal;

import invact.sampling.Density;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@link Density#description()} writes. */
public final class Descriptions {
  private static final String NUMBER = "(-?[0-9][0-9.E-]*)";
  private static final Pattern NORMAL = Pattern.compile("normal\\(" + NUMBER + "\\)");
  private static final Pattern UNIFORM =
      Pattern.compile("uniform\\(" + NUMBER + ", " + NUMBER + "\\)");
  private static final Pattern MIXTURE =
      Pattern.compile(NUMBER + "·([^·+]+) \\+ " + NUMBER + "·([^·+]+)");

  private Descriptions() {}

  /** The density, which may have another description still; nothing if there is none. */
  public static Optional<Density> parse(String text) {
    try {
      Matcher mixture = MIXTURE.matcher(text);
      if (!mixture.matches()) {
        return single(text);
      }
      double share = Double.parseDouble(mixture.group(3));
      Optional<Density> rare = single(mixture.group(4));
      return single(mixture.group(2))
          .flatMap(usual -> rare.map(other -> new Density.Mixture(usual, other, share)));
    } catch (IllegalArgumentException e) {
      // No number, or one out of range.
      return Optional.empty();
    }
  }

  private static Optional<Density> single(String text) {
    Matcher normal = NORMAL.matcher(text);
    if (normal.matches()) {
      return Optional.of(new Density.Normal(Double.parseDouble(normal.group(1))));
    }
    Matcher uniform = UNIFORM.matcher(text);
    return uniform.matches()
        ? Optional.of(
            new Density.Uniform(
                Double.parseDouble(uniform.group(1)), Double.parseDouble(uniform.group(2))))
        : Optional.empty();
  }
}
