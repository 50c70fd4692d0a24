package invact.coefficients.internal;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.form.internal.Approximant;
import invact.form.internal.RootRational;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file may not be, whoever wrote it. */
class StrictReadingTest {
  private static final Activation GELU = Activations.GELU;

  private static String shipped(String name) {
    return CoefficientWriter.toJson(ShippedSets.load(name));
  }

  /** The complaint about a file, which is one line of printable characters. */
  private static String refusal(byte[] text) {
    String message =
        assertThrows(CoefficientException.class, () -> CoefficientReader.parse(text, "file.json"))
            .getMessage();
    assertTrue(message.startsWith("file.json: "), message);
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.length() < 1100, message);
    assertTrue(message.codePoints().noneMatch(Character::isISOControl), message);
    return message;
  }

  private static String refusal(String text) {
    return refusal(text.getBytes(UTF_8));
  }

  /** A key of gelu-paper, with another value, and what is said of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "starts | 4294967312 | left.provenance.starts is out of range: 4294967312",
        "starts | 0 | left.provenance.starts is out of range: 0",
        "starts | 16.0 | left.provenance.starts is not a whole number",
        "agreeing | 17 | left.provenance is wrong: 17 of 16 starts cannot agree",
        "points | -1 | left.provenance.points is out of range: -1",
        "objective | \"best\" | left.provenance.objective is wrong: unknown objective 'best'",
        "sampling | \"random\" | left.provenance.sampling is wrong: unknown sampling 'random'",
        "sse | -1e-9 | left.provenance.sse is out of range",
        "conditionNumber | 0.5 | left.provenance.conditionNumber is out of range",
        "rangeHigh | -10 | left.provenance is wrong: rangeLow -10.0 is not below rangeHigh -10.0",
        "maxAbsAt | 3 | left.derivativeError.maxAbsAt is 3.0, not on the branch",
        "maxAbsAt | -1e9 | left.derivativeError.maxAbsAt is -1.0E9, not on the branch",
        "irreducibleRms | 1 | errorInUse.fp32 is wrong: an RMS error below the irreducible one",
        "irreducibleMaxAbs | 1e-9 | errorInUse.fp32 is wrong: an irreducible RMS error above",
        "offset | 0 | decoding.fp32.offset is 0.0",
        "least | 1e-9 | decoding.fp32.least is 1.0E-9",
        "least | 1e39 | decoding.fp32.least is out of range",
      })
  void fieldsOutOfRangeAreRefused(String key, String value, String complaint) {
    String broken =
        shipped("gelu-paper")
            .replaceFirst("\"" + key + "\": [^,\\n]*", "\"" + key + "\": " + value);
    String message = refusal(broken);
    assertTrue(message.startsWith("file.json: key " + complaint), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "density | \"cauchy(1.0)\" | density is wrong: 'cauchy(1.0)' describes no density",
        "density | \"normal(-1.0)\" | density is wrong: 'normal(-1.0)' describes no density",
        "density | \"normal(1)\" | density is wrong: 'normal(1)' describes no density",
        "density | \"uniform(1.0, 0.0)\" | density is wrong",
        "density | \"0.9·normal(1.0) + 0.2·uniform(-1.0, 1.0)\" | density is wrong",
        "points | 0 | points is out of range: 0",
      })
  void aConditionalMeanIsOfADensity(String key, String value, String complaint) {
    String broken =
        shipped("gelu-bf16")
            .replaceFirst("\"" + key + "\": \"?[^\"\\n]*\"?,", "\"" + key + "\": " + value + ",");
    String message = refusal(broken);
    assertTrue(message.startsWith("file.json: key left.provenance." + complaint), message);
  }

  @Test
  void breakPointsAscend() {
    double[] c =
        ShippedSets.load("gelu-segmented").left().approximant().approximant().coefficients();
    String swapped =
        shipped("gelu-segmented").replaceFirst(c[0] + ",\\s*" + c[1], c[1] + ", " + c[0]);
    assertEquals(
        "file.json: key left.coefficients is wrong: break point 2 does not lie above the one"
            + " before: "
            + c[0],
        refusal(swapped));
  }

  @Test
  void aSetOfOneDtypeIsNotOfAnother() {
    String message = refusal(shipped("gelu-bf16").replaceFirst("\"bf16\",", "\"fp16\","));
    assertEquals(
        "file.json: key dtype is fp16, but the left branch was fitted to outputs in bf16", message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"argmin", "points", "starts", "seed", "rms", "minimum", "schemaVersion"})
  void numbersOfManyDigitsAreRefused(String key) {
    for (int digits : new int[] {310, 999, 1001, 100_000}) {
      for (String sign : new String[] {"", "-"}) {
        String broken =
            shipped("gelu-paper")
                .replaceFirst(
                    "\"" + key + "\": [^,\\n]*", "\"" + key + "\": " + sign + "9".repeat(digits));
        refusal(broken);
      }
    }
  }

  @Test
  void schemaOneIsSentBackToTheFit() {
    assertEquals(
        "file.json: key schemaVersion is 1, this invact reads version 2: make the set anew, with"
            + " the 'invact fit' that made it",
        refusal("{\"schemaVersion\": 1, \"name\": \"gelu-paper\"}"));
  }

  @Test
  void whatIsTooLargeIsRefused(@TempDir Path folder) throws Exception {
    String padded = shipped("gelu-paper") + " ".repeat(1 << 20);
    assertTrue(refusal(padded).contains("more than 1048576 bytes"));
    Path file = Files.writeString(folder.resolve("large.json"), padded);
    String message =
        assertThrows(CoefficientException.class, () -> CoefficientReader.read(file)).getMessage();
    assertTrue(message.contains("more than 1048576 bytes"), message);
  }

  @Test
  void onlyUtf8IsRead() {
    String good = shipped("gelu-bf16");
    assertTrue(refusal(good.getBytes(UTF_16)).contains("UTF-8"));
    refusal(good.getBytes(UTF_16LE));
    assertTrue(refusal("\uFEFF" + good).contains("byte order mark"));
    byte[] broken = good.replace("\"bf16\"", "\"bf16?\"").getBytes(UTF_8);
    for (int i = 0; i < broken.length; i++) {
      broken[i] = broken[i] == '?' ? (byte) 0xFF : broken[i];
    }
    assertTrue(refusal(broken).contains("UTF-8"));
    // An overlong encoding of '/', and half of a surrogate pair.
    refusal(new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':', '1', '}'});
    refusal(new byte[] {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', ':', '1', '}'});
  }

  @Test
  void keysStandOnce() {
    String twice =
        shipped("gelu-paper").replaceFirst("\"argmin\"", "\"name\": \"x\",\n \"argmin\"");
    assertTrue(refusal(twice).contains("line 5"), refusal(twice));
  }

  @Test
  void nestingIsShallow() {
    refusal("[".repeat(100_000));
    refusal("{\"a\":".repeat(100_000));
    refusal("{\"name\":".repeat(40) + "1" + "}".repeat(40));
    refusal("{\"schemaVersion\": 2, \"name\": " + "[".repeat(30) + "]".repeat(30) + "}");
  }

  /** What a file says in a message is one line that a terminal shows as it stands. */
  @Test
  void nothingOfAFileReachesTheTerminalRaw() {
    String good = shipped("gelu-paper");
    assertTrue(
        refusal(good.replaceFirst("\"argmin\"", "\"a\\\\nb\\\\u001b[31m\\\\u2028\\\\u202e\""))
            .contains("key a\\u000ab\\u001b[31m\\u2028\\u202e is unknown"));
    refusal(good.replace("\"gelu\"", "\"ge\\nlu\\u0000\\ud800\""));
    refusal(good.replace("\"paper-gelu-left\"", "\"\\u0007\""));
    refusal(good.replaceFirst("\"argmin\"", "\"" + "k".repeat(60_000) + "\""));
    refusal(good.replaceFirst("\"gelu\"", "\"" + "k".repeat(500_000) + "\""));
    refusal("{\u0007");
  }

  /** Figures of another program that takes sums in another order, and f′ from another library. */
  @Test
  void figuresOfAnotherProgramAreBelieved() {
    String good = shipped("gelu-fp32");
    CoefficientSet set = ShippedSets.load("gelu-fp32");
    double rms = set.left().derivativeError().rms();
    CoefficientReader.parse(
        good.replace("\"rms\": " + rms, "\"rms\": " + (rms + 4e-8)).getBytes(UTF_8), "f.json");
    assertTrue(
        refusal(good.replace("\"rms\": " + rms, "\"rms\": " + (rms + 6e-8)))
            .startsWith("file.json: key left.derivativeError.rms is"));
    // A T that is one ulp off.
    CoefficientReader.parse(
        good.replace("" + GELU.argmin(), "" + StrictMath.nextUp(GELU.argmin())).getBytes(UTF_8),
        "f.json");
    // fp32 numbers as the shortest decimals that are theirs.
    float least = set.decoding().bf16().least();
    assertEquals(
        set,
        CoefficientReader.parse(
            good.replace("" + (double) least, "" + least).getBytes(UTF_8), "f.json"));
  }

  // ---- poles

  /** (t − zero)/(t − pole)·f: a common factor that rounding split. */
  private static BranchApproximant rational(
      Branch branch, double centre, double cutoff, double zero, double pole) {
    return new BranchApproximant(
        GELU,
        branch,
        Target.DERIVATIVE,
        new Approximant(new RootRational(1, 1, centre, cutoff), zero / pole, -1 / pole, -1 / pole));
  }

  private static CoefficientSet with(Branch branch, BranchApproximant approximant) {
    CoefficientSet gelu = ShippedSets.load("gelu-fp32");
    BranchCoefficients piece =
        BranchCoefficients.measured(approximant, new Provenance.Published("this test", "made up"));
    return new CoefficientSet(
        "test",
        GELU,
        branch == Branch.LEFT ? piece : gelu.left(),
        branch == Branch.RIGHT ? piece : gelu.right());
  }

  private static void assertPole(
      Branch branch, double centre, double cut, double zero, double pole) {
    BranchApproximant approximant = rational(branch, centre, cut, zero, pole);
    String message =
        assertThrows(CoefficientException.class, () -> with(branch, approximant)).getMessage();
    assertTrue(
        message.startsWith("key " + branch.label() + ".coefficients gives a denominator"), message);
  }

  @Test
  void aPoleBetweenThePointsOfTheGridIsFound() {
    double none = Double.POSITIVE_INFINITY;
    // The root of u = y − f(T) between two points of the grid, where nothing is measured.
    double between = StrictMath.sqrt(GELU.height(GELU.value(GELU.argmin() - 0.5 - 0x1p-11)));
    BranchApproximant hidden = rational(Branch.LEFT, 0, none, between, between * (1 + 1e-9));
    double measured =
        BranchCoefficients.measured(hidden, new Provenance.Published("", ""))
            .derivativeError()
            .maxAbs();
    assertTrue(measured < 1.2, "the grid does not see it: " + measured);
    assertPole(Branch.LEFT, 0, none, between, between * (1 + 1e-9));
    assertPole(Branch.LEFT, 0.25, none, between - 0.25, between * (1 + 1e-9) - 0.25);
    assertPole(Branch.RIGHT, 1, 4, 0.123456789, 0.123456789 * (1 + 1e-9));
    // So near that rounding to fp32 makes them one: in fp32 it is 0/0.
    assertPole(Branch.RIGHT, 1, 4, 0.123456789, 0.123456789);
    assertPole(Branch.RIGHT, 0, none, 1e9, 1e9);
  }

  @Test
  void aPoleOutsideOfTheBranchIsNone() {
    double none = Double.POSITIVE_INFINITY;
    double deepest = StrictMath.sqrt(-GELU.minimum());
    with(Branch.LEFT, rational(Branch.LEFT, 0, none, 1, 1.01 * deepest));
    assertPole(Branch.LEFT, 0, none, 1, 0.9999 * deepest);
    with(Branch.LEFT, rational(Branch.LEFT, 0, none, 1, -0.01));
    with(Branch.RIGHT, rational(Branch.RIGHT, 0, 4, 1, 2.01));
    assertPole(Branch.RIGHT, 0, 4, 1, 2);
    assertPole(Branch.RIGHT, 0, 4, 1, 1.9999);
    with(Branch.RIGHT, rational(Branch.RIGHT, 0, none, 1, -1));
  }

  @Test
  void theReaderNamesThePole() {
    String good = shipped("gelu-fp32");
    double[] c = ShippedSets.load("gelu-fp32").left().approximant().approximant().coefficients();
    double last = c[c.length - 1];
    // Far enough to make a pole, and the stated error wrong besides: the pole is what is said.
    String message = refusal(good.replace("" + last, "" + -1e7));
    assertTrue(message.startsWith("file.json: key left."), message);
  }
}
