package invact.coefficients.internal;

import invact.activation.Activation;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The coefficient sets in the jar, held to their certificates, and read as strictly as any other
 * but for their errors in use, which a test measures. The build writes their index, {@code
 * index.txt}: a class path cannot be listed.
 */
public final class ShippedSets {
  static final String FOLDER = "/invact/sets/";
  private static final String INDEX = FOLDER + "index.txt";
  private static final String SUFFIX = ".json";

  /** All sets, read at most once. */
  private static final class Loaded {
    static final List<CoefficientSet> ALL = names().stream().map(ShippedSets::load).toList();
  }

  private ShippedSets() {}

  /** {@link CoefficientSet#shippedNames()}. */
  public static List<String> names() {
    return new String(Resource.bytes(INDEX), StandardCharsets.UTF_8)
        .lines()
        .map(file -> file.substring(0, file.length() - SUFFIX.length()))
        .sorted()
        .toList();
  }

  /** {@link CoefficientSet#shipped}. */
  public static CoefficientSet load(String name) {
    List<String> names = names();
    if (!names.contains(name)) {
      throw new CoefficientException(
          "no coefficient set '" + name + "' is shipped: there are " + String.join(", ", names));
    }
    CoefficientSet set =
        CoefficientReader.withoutErrorsInUse(
            Resource.bytes(FOLDER + name + SUFFIX), "shipped set " + name);
    CertificateTable.shipped().require(set);
    return set;
  }

  /** {@link CoefficientSet#shippedFor}. */
  public static List<CoefficientSet> madeFor(Activation activation, Dtype dtype) {
    return Loaded.ALL.stream()
        .filter(set -> set.activation().equals(activation))
        .filter(set -> set.dtype().equals(Optional.of(dtype)))
        .toList();
  }
}
