package invact.coefficients.internal;

import invact.activation.Branch;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The certificates of the shipped sets, {@code certificates.csv} beside them: one line for each
 * set, dtype and branch. {@code invact certify} writes it.
 */
public final class CertificateTable {
  /** The file. */
  public static final String FILE = "certificates.csv";

  private static final String HEADER = "set,digest,dtype,branch,lower,upper,at";

  private static final int COLUMNS = HEADER.split(",").length;

  private final Map<String, Certificate> bySet = new LinkedHashMap<>();

  /** The shipped table, read at most once. */
  private static final class Loaded {
    static final CertificateTable SHIPPED =
        parse(new String(Resource.bytes(ShippedSets.FOLDER + FILE), StandardCharsets.UTF_8));
  }

  private CertificateTable() {}

  /**
   * The table of the shipped sets.
   *
   * @return the table
   * @throws CoefficientException if the file is not such a table
   */
  public static CertificateTable shipped() {
    return Loaded.SHIPPED;
  }

  /**
   * The table in a text.
   *
   * @param text what {@link #text} gives
   * @return the table
   * @throws CoefficientException if it is not such a table; one line
   */
  public static CertificateTable parse(String text) {
    CertificateTable table = new CertificateTable();
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
      throw new CoefficientException(FILE + ", line 1: is not '" + HEADER + "'");
    }
    for (int i = 1; i < lines.size(); i++) {
      try {
        table.add(lines.get(i).split(",", -1));
      } catch (IllegalArgumentException e) {
        throw new CoefficientException(FILE + ", line " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    return table;
  }

  /** Adds what a line says: of the left branch, or of the right one of the line before. */
  private void add(String[] cells) {
    if (cells.length != COLUMNS) {
      throw new IllegalArgumentException("has " + cells.length + " fields, not " + COLUMNS);
    }
    String set = cells[0];
    Certificate before = bySet.getOrDefault(set, new Certificate(set, cells[1], Map.of()));
    Dtype dtype = Dtype.of(cells[2]);
    Map<Dtype, Certificate.Bounds> bounds = new EnumMap<>(Dtype.class);
    bounds.putAll(before.bounds());
    ErrorBound bound =
        new ErrorBound(
            Double.parseDouble(cells[4]),
            Double.parseDouble(cells[5]),
            Double.parseDouble(cells[6]));
    if (Branch.of(cells[3]) == Branch.LEFT) {
      bounds.put(dtype, new Certificate.Bounds(bound, bound));
    } else if (bounds.containsKey(dtype)) {
      bounds.put(dtype, new Certificate.Bounds(bounds.get(dtype).left(), bound));
    } else {
      throw new IllegalArgumentException("there is no line of the left branch before");
    }
    bySet.put(set, new Certificate(set, before.digest(), bounds));
  }

  /**
   * The certificate of a name.
   *
   * @param set the name of a set
   * @return its certificate, whatever the set's coefficients are
   */
  public Optional<Certificate> of(String set) {
    return Optional.ofNullable(bySet.get(set));
  }

  /**
   * The certificate of a set, by what it computes.
   *
   * @param set a set, shipped or not
   * @return its certificate, if it computes what a shipped one of its name does
   */
  public Optional<Certificate> of(CoefficientSet set) {
    return of(set.name())
        .filter(certificate -> certificate.digest().equals(Certificate.digest(set)));
  }

  /**
   * Requires that a shipped set has a certificate that agrees with what the set states.
   *
   * @param set the set
   * @throws CoefficientException if there is none, or one of the two is wrong
   */
  public void require(CoefficientSet set) {
    Certificate certificate = bySet.get(set.name());
    Optional<String> wrong =
        certificate == null
            ? Optional.of("there is no certificate of it")
            : certificate.contradiction(set);
    if (wrong.isPresent()) {
      throw new CoefficientException(
          "shipped set "
              + set.name()
              + " contradicts "
              + FILE
              + ": "
              + wrong.get()
              + "; 'invact certify --all' proves it anew");
    }
  }

  /**
   * The file of some certificates.
   *
   * @param certificates the certificates
   * @return its text, sorted by the names of the sets
   */
  public static String text(List<Certificate> certificates) {
    List<String> lines = new ArrayList<>();
    List<Certificate> sorted =
        certificates.stream().sorted(Comparator.comparing(Certificate::set)).toList();
    for (Certificate certificate : sorted) {
      certificate
          .bounds()
          .forEach((dtype, bounds) -> {
            for (Branch branch : Branch.values()) {
              ErrorBound bound = bounds.of(branch);
              lines.add(
                  String.join(
                      ",",
                      certificate.set(),
                      certificate.digest(),
                      dtype.label(),
                      branch.label(),
                      Double.toString(bound.lower()),
                      Double.toString(bound.upper()),
                      Double.toString(bound.at())));
            }
          });
    }
    return HEADER + "\n" + String.join("\n", lines) + "\n";
  }
}
