package invact.certify.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Branch;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.Certificate;
import invact.coefficients.internal.CertificateTable;
import invact.coefficients.internal.ErrorBound;
import invact.coefficients.internal.ErrorInUse;
import invact.form.internal.Approximant;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.numeric.internal.PerDtype;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The committed certificates are what the proofs give today, of the committed coefficients. */
class CertificatesTest {
  private static final Path COEFFICIENTS =
      Path.of(System.getProperty("invact.basedir", "."), "coefficients");

  private static final List<Dtype> QUICK = List.of(Dtype.FP64, Dtype.BF16, Dtype.FP16);

  private static final List<CoefficientSet> SETS =
      CoefficientSet.shippedNames().stream().map(CertificatesTest::read).toList();

  private static CoefficientSet read(String name) {
    return CoefficientSet.read(COEFFICIENTS.resolve(name + ".json"));
  }

  private static CertificateTable committed() throws Exception {
    return CertificateTable.parse(Files.readString(COEFFICIENTS.resolve(CertificateTable.FILE)));
  }

  @Test
  void theyAreWhatIsProved() throws Exception {
    requireProved(QUICK);
  }

  /** All 2³² inputs of fp32. */
  @Test
  @Tag("exhaustive")
  void theyAreWhatIsProvedInSinglePrecision() throws Exception {
    requireProved(List.of(Dtype.FP32));
  }

  private static void requireProved(List<Dtype> dtypes) throws Exception {
    for (Certificate proved : Certifier.prove(SETS, dtypes)) {
      Certificate stated = committed().of(proved.set()).orElseThrow();
      assertEquals(proved.digest(), stated.digest(), proved.set());
      for (Dtype dtype : dtypes) {
        assertEquals(
            proved.bounds().get(dtype),
            stated.bounds().get(dtype),
            proved.set() + " in " + dtype.label());
      }
    }
  }

  /** Every set, every dtype, each branch within 1 %. */
  @Test
  void theyAreComplete() throws Exception {
    for (CoefficientSet set : SETS) {
      Certificate certificate = committed().of(set).orElseThrow();
      for (Dtype dtype : Dtype.values()) {
        for (Branch branch : Branch.values()) {
          ErrorBound bound = certificate.bounds().get(dtype).of(branch);
          assertTrue(
              0 < bound.lower() && bound.upper() - bound.lower() <= 0.01 * bound.upper(),
              set.name() + " in " + dtype.label() + ", " + branch.label() + ": " + bound);
        }
      }
    }
  }

  /** The file has no more lines than that, sorted. */
  @Test
  void theFileIsWhatTheCommandWrites() throws Exception {
    CertificateTable table = committed();
    List<Certificate> all =
        CoefficientSet.shippedNames().stream().map(name -> table.of(name).orElseThrow()).toList();
    assertEquals(
        CertificateTable.text(all), Files.readString(COEFFICIENTS.resolve(CertificateTable.FILE)));
  }

  /** The upper bounds, both branches together, as coefficients/README.md prints them. */
  @Test
  void theReadmeHasTheSameBounds() throws Exception {
    StringBuilder table = new StringBuilder("coefficient set            fp64        fp32");
    table.append("        bf16        fp16\n");
    for (CoefficientSet set : SETS) {
      table.append("%-18s".formatted(set.name()));
      Certificate certificate = committed().of(set).orElseThrow();
      for (Dtype dtype : Dtype.values()) {
        BigDecimal upper = new BigDecimal(certificate.bounds().get(dtype).whole().upper());
        double rounded = upper.round(new MathContext(5, RoundingMode.UP)).doubleValue();
        table.append("  ").append(String.format(Locale.ROOT, "%.4e", rounded));
      }
      table.append('\n');
    }
    String readme = Files.readString(COEFFICIENTS.resolve("README.md"));
    assertTrue(readme.contains("```text\n" + table + "```\n"), table::toString);
  }

  /** The last coefficient of the right branch, in fp32 the next one. */
  private static CoefficientSet changed(CoefficientSet set) {
    BranchApproximant right = set.right().approximant();
    double[] c = right.approximant().coefficients();
    c[c.length - 1] = Math.nextUp((float) c[c.length - 1]);
    BranchApproximant changed =
        new BranchApproximant(
            right.activation(),
            right.branch(),
            right.target(),
            new Approximant(right.approximant().form(), c));
    return with(
        set,
        set.left(),
        new BranchCoefficients(
            changed, set.right().provenance(), changed.measureDerivativeError().summary()));
  }

  private static CoefficientSet with(
      CoefficientSet set, BranchCoefficients left, BranchCoefficients right) {
    return new CoefficientSet(
        set.name(), set.activation(), set.dtype(), set.decoding(), left, right, set.errorInUse());
  }

  @Test
  void aCoefficientChangedByOneUlpHasNoCertificate() throws Exception {
    for (CoefficientSet set : SETS) {
      CoefficientSet changed = changed(set);
      assertFalse(committed().of(changed).isPresent(), set.name());
      String message =
          assertThrows(CoefficientException.class, () -> committed().require(changed)).getMessage();
      assertEquals(
          "shipped set "
              + set.name()
              + " contradicts certificates.csv: what was proved was proved of other coefficients;"
              + " 'invact certify --all' proves it anew",
          message);
    }
  }

  /** The proof itself feels an ulp, and a new claim is told from the old one. */
  @Test
  void theProofOfAChangedCoefficientIsAnother() {
    CoefficientSet set = read("gelu-fp32");
    ErrorBound before = ExactError.of(set.right().approximant());
    ErrorBound after = ExactError.of(changed(set).right().approximant());
    assertFalse(before.equals(after), before::toString);
  }

  /** Errors that no input has, in a set whose coefficients are the certified ones. */
  @Test
  void aClaimThatTheProofContradictsIsRefused() throws Exception {
    CoefficientSet set = read("silu-fp32");
    ErrorSummary stated = set.left().derivativeError();
    BranchCoefficients larger =
        new BranchCoefficients(
            set.left().approximant(),
            set.left().provenance(),
            new ErrorSummary(stated.rms(), stated.bias(), 1.2e-6, stated.maxAbsAt()));
    CoefficientSet wrong = with(set, larger, set.right());
    String reason = "key left.derivativeError.maxAbs is 1.2E-6, but no error exceeds 1.088";
    String message =
        assertThrows(CoefficientException.class, () -> committed().require(wrong)).getMessage();
    assertTrue(message.contains(reason), message);
    message =
        assertThrows(
                CertificateException.class,
                () -> Certifier.prove(List.of(wrong), List.of(Dtype.FP64)))
            .getMessage();
    assertTrue(message.startsWith("silu-fp32: " + reason), message);
  }

  @Test
  void aClaimInUseThatTheProofContradictsIsRefused() throws Exception {
    CoefficientSet set = read("silu-bf16");
    PerDtype<ErrorInUse> stated = set.errorInUse().orElseThrow();
    ErrorSummary found = stated.bf16().found();
    ErrorInUse larger =
        new ErrorInUse(
            new ErrorSummary(found.rms(), found.bias(), 0.02, found.maxAbsAt()),
            stated.bf16().irreducibleRms(),
            stated.bf16().irreducibleMaxAbs());
    CoefficientSet wrong = set.withErrorInUse(new PerDtype<>(stated.fp32(), larger, stated.fp16()));
    String message =
        assertThrows(
                CertificateException.class,
                () -> Certifier.prove(List.of(wrong), List.of(Dtype.BF16)))
            .getMessage();
    assertTrue(
        message.startsWith("silu-bf16: key errorInUse.bf16.maxAbs is 0.02, but no error exceeds"),
        message);
    assertThrows(CoefficientException.class, () -> committed().require(wrong));
  }

  @Test
  void aFileThatIsNoTableIsRefused() {
    String line = "gelu-fp32,0,fp64,%s,%s,2.0,0.0%n";
    String header = "set,digest,dtype,branch,lower,upper,at%n";
    for (Map.Entry<String, String> wrong :
        Map.of(
                header + line.formatted("right", "1.0"),
                "line 2: there is no line of the left branch before",
                header + line.formatted("left", "one"),
                "line 2: ",
                header + line.formatted("middle", "1.0"),
                "line 2: ",
                header + "gelu-fp32,0%n",
                "line 2: has 2 fields, not 7",
                "set,digest%n",
                "line 1: ")
            .entrySet()) {
      String message =
          assertThrows(
                  CoefficientException.class,
                  () -> CertificateTable.parse(wrong.getKey().formatted()))
              .getMessage();
      assertTrue(message.startsWith("certificates.csv, " + wrong.getValue()), message);
      assertEquals(1, message.lines().count());
    }
  }
}
