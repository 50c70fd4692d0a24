package invact.coefficients.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Target;
import invact.activation.internal.CustomActivation;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.evaluate.internal.MeasuredInUse;
import invact.numeric.Dtype;
import invact.sampling.Density;
import invact.sampling.internal.Sampling;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CoefficientJsonTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("invact.basedir", "."), "coefficients");

  private static final Schema SCHEMA = schema();

  static List<Path> shippedFiles() throws Exception {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  @Test
  void somethingIsShipped() throws Exception {
    assertTrue(shippedFiles().size() >= 5, () -> "coefficients/ lacks files");
    assertEquals(
        shippedFiles().stream()
            .map(file -> file.getFileName().toString().replace(".json", ""))
            .sorted()
            .toList(),
        ShippedSets.names());
  }

  @ParameterizedTest
  @MethodSource("shippedFiles")
  void shippedFilesObeyTheSchema(Path file) throws Exception {
    assertEquals(List.of(), SCHEMA.validate(Files.readString(file), InputFormat.JSON));
  }

  @ParameterizedTest
  @MethodSource("shippedFiles")
  void writingWhatWasReadGivesTheSameBytes(Path file) throws Exception {
    CoefficientSet set = CoefficientReader.read(file);
    assertEquals(Files.readString(file), CoefficientWriter.toJson(set));
    assertEquals(set, ShippedSets.load(set.name()));
  }

  @Test
  void readingWhatWasWrittenGivesTheSameSet(@TempDir Path folder) throws Exception {
    CoefficientSet set = published(Activations.SILU);
    Path file = CoefficientWriter.write(set, folder.resolve("new"));
    assertEquals("silu-published.json", file.getFileName().toString());
    assertEquals(set, CoefficientReader.read(file));
  }

  @Test
  void oneCoefficientALine() {
    String json = CoefficientWriter.toJson(published(Activations.GELU));
    assertTrue(json.contains("[\n      0.001217659791976,\n      -0.296412101274584,\n"), json);
    assertTrue(json.contains("\"schemaVersion\": 2,"), json);
    assertTrue(json.endsWith("}\n"), json);
  }

  /** Each row: what to replace in a good file, with what, and what the complaint must name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"schemaVersion\": 2 | \"schemaVersion\": 1 | schemaVersion",
        "\"schemaVersion\": 2 | \"schemaVersion\": 2.5 | schemaVersion",
        "\"name\": \"gelu-published\" | \"name\": \"../evil\" | name",
        "\"activation\": \"gelu\" | \"activation\": \"silu\" | argmin",
        "\"activation\": \"gelu\" | \"activation\": \"relu\" | activation",
        "\"argmin\": -0.7517915246935645 | \"argmin\": -0.7517915246935 | argmin",
        "\"minimum\": -0.16997120747990366 | \"minimum\": 1 | minimum",
        "\"minimum\": -0.16997120747990366 | \"minimum\": \"x\" | minimum",
        "\"family\": \"paper-gelu-left\" | \"family\": \"paper-right\" | left.coefficients",
        "\"family\": \"paper-gelu-left\" | \"family\": \"spline\" | left.form.family",
        "\"family\": \"paper-gelu-left\" | \"family\": \"paper-right\", \"cutoff\": 3 |"
            + " left.form.cutoff",
        "\"family\": \"paper-gelu-left\" | \"family\": \"root-polynomial\", \"degree\": 25,"
            + " \"centre\": 0, \"cutoff\": null | left.form.degree",
        "\"family\": \"paper-gelu-left\" | \"family\": \"root-polynomial\", \"degree\": 4,"
            + " \"centre\": -1, \"cutoff\": null | left.form",
        "\"family\": \"paper-gelu-left\" | \"family\": \"root-polynomial\", \"degree\": 4,"
            + " \"centre\": 0, \"cutoff\": \"none\" | left.form.cutoff",
        "\"target\": \"derivative\" | \"target\": \"tanh\" | left.target",
        "\"target\": \"derivative\" | \"target\": \"sigmoid\" | left.target",
        "-0.296412101274584 | -0.296512101274584 | left.derivativeError.",
        "-0.296412101274584 | 1e999 | left.coefficients[1]",
        "-0.296412101274584 | 1e39 | left.coefficients",
        "-0.296412101274584 | null | left.coefficients[1]",
        "-0.296412101274584, | | left.coefficients",
        "\"kind\": \"published\" | \"kind\": \"guessed\" | left.provenance.kind",
        "\"note\": \"as printed\" | \"remark\": \"as printed\" | left.provenance.remark",
        "\"bias\" | \"maxAbs\" | maxAbs",
        "\"dtype\": null | \"dtype\": \"fp64\" | dtype",
        "\"dtype\": null | \"dtype\": 16 | dtype",
        "\"dtype\": null, | | dtype is missing",
        "\"minimum\": -0.16997121274471283 | \"minimum\": -0.1699712 | decoding.fp32.minimum",
        "\"bf16\": | \"bf61\": | decoding.bf61",
        "\"minimum\": -0.169921875 | \"minimum\": -0.17 | decoding.bf16.minimum",
      })
  void aBrokenFileIsRefusedByKey(String good, String bad, String named) {
    String json = CoefficientWriter.toJson(published(Activations.GELU));
    assertTrue(json.contains(good), "the good file has " + good);
    int at = json.indexOf(good);
    String broken =
        json.substring(0, at) + (bad == null ? "" : bad) + json.substring(at + good.length());
    String message =
        assertThrows(
                CoefficientException.class,
                () -> CoefficientReader.parse(broken.getBytes(StandardCharsets.UTF_8), "file.json"))
            .getMessage();
    assertTrue(message.startsWith("file.json: "), message);
    assertTrue(message.contains(named), message);
    assertEquals(1, message.lines().count(), message);
  }

  /** Each kind of provenance that a fit gives, over each dtype that it may be for. */
  static List<Provenance> provenances() {
    return List.of(
        new Provenance.Fitted(
            Sampling.UNIFORM_X, -10, 10, 9, 1, 0.5, 1, 2, 8, 16, 12, Long.MIN_VALUE),
        new Provenance.Minimax(-8.7, -0.75, 1e-6, 1.1e-6, List.of(-8.7, -2.0, -0.75), 6, 5),
        new Provenance.ConditionalMean(Dtype.FP32, new Density.Uniform(-1, 1), 16384, 1e-7, 30),
        new Provenance.ConditionalMean(Dtype.BF16, new Density.Normal(1), 1000, 1e-3, 30),
        new Provenance.ConditionalMean(
            Dtype.FP16, new Density.Normal(2).withRareInputs(), 1000, 1e-3, 30));
  }

  @ParameterizedTest
  @MethodSource("provenances")
  void everyProvenanceIsReadBack(Provenance provenance) {
    CoefficientSet published = published(Activations.GELU);
    Optional<Dtype> dtype =
        provenance instanceof Provenance.ConditionalMean mean
            ? Optional.of(mean.dtype())
            : Optional.empty();
    CoefficientSet set =
        new CoefficientSet(
                "mine",
                published.activation(),
                dtype,
                BranchCoefficients.measured(published.left().approximant(), provenance),
                published.right())
            .withErrorInUse(published.errorInUse().orElseThrow());
    String json = CoefficientWriter.toJson(set);
    assertEquals(List.of(), SCHEMA.validate(json, InputFormat.JSON));
    assertEquals(set, read(json));
    if (dtype.isPresent()) {
      String other = json.replaceFirst("\"dtype\": \"\\w+\"", "\"dtype\": null");
      assertTrue(refusal(other).startsWith("file.json: key dtype is null, but the left branch"));
    }
  }

  /** A set of this activation that has been measured. */
  private static CoefficientSet published(Activation activation) {
    return MeasuredInUse.of(PublishedCoefficients.of(activation).orElseThrow());
  }

  private static CoefficientSet read(String json) {
    return CoefficientReader.parse(json.getBytes(StandardCharsets.UTF_8), "file.json");
  }

  private static String refusal(String json) {
    return refusal(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String refusal(byte[] json) {
    String message =
        assertThrows(CoefficientException.class, () -> CoefficientReader.parse(json, "file.json"))
            .getMessage();
    assertTrue(message.startsWith("file.json: "), message);
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.length() < 1100, message);
    assertTrue(message.codePoints().noneMatch(Character::isISOControl), message);
    return message;
  }

  static List<Activation> variants() {
    List<Activation> variants = new ArrayList<>(Activations.all());
    variants.add(Activations.swish(1.5));
    variants.add(Activations.swish(1.75));
    return variants;
  }

  /** T and f(T) tell variants apart, so that none is taken for another. */
  @ParameterizedTest
  @MethodSource("variants")
  void aVariantIsNeverAnother(Activation activation) {
    CoefficientSet set = asSiluIs(activation);
    String json = CoefficientWriter.toJson(set);
    assertEquals(List.of(), SCHEMA.validate(json, InputFormat.JSON));
    assertEquals(set, CoefficientReader.parse(json.getBytes(StandardCharsets.UTF_8), "file.json"));
    for (Activation other : variants()) {
      if (!other.equals(activation)) {
        String renamed =
            json.replace(
                "\"activation\": \"" + activation.name() + "\"",
                "\"activation\": \"" + other.name() + "\"");
        String message =
            assertThrows(
                    CoefficientException.class,
                    () ->
                        CoefficientReader.parse(
                            renamed.getBytes(StandardCharsets.UTF_8), "file.json"))
                .getMessage();
        assertTrue(
            message.contains("key argmin") && message.contains(other.name() + "'s is"), message);
      }
    }
  }

  /** Nothing but the file is needed, and nothing in it may be changed. */
  @Test
  void anActivationOfOnesOwnTravelsWithItsExpression() {
    CustomActivation own = CustomActivation.of("my_mish", "x*tanh(log(1 + exp(x)))");
    CoefficientSet set = asSiluIs(own);
    String json = CoefficientWriter.toJson(set);
    assertTrue(
        json.contains("\"my_mish\",\n  \"expression\": \"x*tanh(log(1 + exp(x)))\",\n  \"arg"),
        json);
    assertEquals(List.of(), SCHEMA.validate(json, InputFormat.JSON));
    CoefficientSet read = CoefficientReader.parse(json.getBytes(StandardCharsets.UTF_8), "f.json");
    assertEquals(set, read);
    assertEquals(json, CoefficientWriter.toJson(read));
    // 1 + exp(−3) rounds by 2⁻⁵³, and −3 stands before it.
    assertEquals(Activations.MISH.value(-3), read.activation().value(-3), 4 * 0x1p-53);
    for (String[] change :
        new String[][] {
          {
            "log(1 + exp(x))",
            "log(2 + exp(x))",
            "key expression is wrong: my_mish has no f′ → 0 at −∞"
          },
          {"log(1 + exp(x))", "log(1 + exp(2*x))", "key argmin is"},
          {"log(1 + exp(x))", "softplus(x", "key expression is wrong: expression 'x*tanh("},
          {"\"x*tanh(log(1 + exp(x)))\"", "7", "key expression is not a string"},
          {"my_mish", "mish", "key expression is wrong: 'mish' names an activation that"},
          {"my_mish", "swish-3", "key expression is wrong: 'swish-3' names an activation that"},
          {"  \"expression\": \"x*tanh(log(1 + exp(x)))\",\n", "", "unknown activation 'my_mish'"},
        }) {
      String broken = json.replace(change[0], change[1]);
      String message =
          assertThrows(
                  CoefficientException.class,
                  () -> CoefficientReader.parse(broken.getBytes(StandardCharsets.UTF_8), "f.json"))
              .getMessage();
      assertTrue(message.contains(change[2]), message);
      assertEquals(1, message.lines().count(), message);
    }
    for (String[] change :
        new String[][] {
          {"my_mish", "mish"},
          {"my_mish", "swish-3"},
          {"  \"expression\": \"x*tanh(log(1 + exp(x)))\",\n", ""},
        }) {
      String broken = json.replace(change[0], change[1]);
      assertFalse(SCHEMA.validate(broken, InputFormat.JSON).isEmpty(), broken);
    }
  }

  @Test
  void javaCodeCannotBeWritten() {
    CustomActivation code = CustomActivation.of("my_mish", x -> x.times(x.softplus().tanh()));
    CoefficientSet set = asSiluIs(code);
    String message =
        assertThrows(CoefficientException.class, () -> CoefficientWriter.toJson(set)).getMessage();
    assertTrue(message.contains("my_mish is Java code"), message);
  }

  /** A set with SiLU's published pieces, however badly they suit. */
  private static CoefficientSet asSiluIs(Activation activation) {
    CoefficientSet silu = PublishedCoefficients.of(Activations.SILU).orElseThrow();
    return MeasuredInUse.of(
        new CoefficientSet(
            "test",
            activation,
            asSiluIs(activation, silu.left()),
            asSiluIs(activation, silu.right())));
  }

  private static BranchCoefficients asSiluIs(Activation activation, BranchCoefficients piece) {
    return BranchCoefficients.measured(
        new BranchApproximant(
            activation,
            piece.approximant().branch(),
            Target.DERIVATIVE,
            piece.approximant().approximant()),
        new Provenance.Published("test", "test"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"{ | no valid JSON", "[] | not a JSON object", "`` | not a JSON object"})
  void whatIsNoObjectIsRefused(String text, String complaint) {
    String message =
        assertThrows(
                CoefficientException.class,
                () -> CoefficientReader.parse(text.getBytes(StandardCharsets.UTF_8), "file.json"))
            .getMessage();
    assertTrue(message.startsWith("file.json: ") && message.contains(complaint), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = Path.of("no-such-file.json");
    String message =
        assertThrows(CoefficientException.class, () -> CoefficientReader.read(file)).getMessage();
    assertEquals("no-such-file.json: there is no such file", message);
    message =
        assertThrows(CoefficientException.class, () -> ShippedSets.load("nothing")).getMessage();
    assertTrue(message.contains("'nothing'") && message.contains("gelu-published"), message);
  }

  @Test
  void theSchemaRefusesWhatTheReaderRefuses() {
    String json = CoefficientWriter.toJson(published(Activations.GELU));
    for (String[] change :
        new String[][] {
          {"\"schemaVersion\": 2", "\"schemaVersion\": 1"},
          {"-0.296412101274584,", ""},
          {"\"paper-gelu-left\"", "\"spline\""},
          {"\"kind\": \"published\"", "\"kind\": \"guessed\""},
          {"\"bias\"", "\"mean\""},
          {"\"dtype\": null", "\"dtype\": \"fp64\""},
          {"\"offset\"", "\"shift\""},
        }) {
      String broken = json.replace(change[0], change[1]);
      assertFalse(SCHEMA.validate(broken, InputFormat.JSON).isEmpty(), change[1]);
    }
  }

  private static Schema schema() {
    try (var in =
        CoefficientJsonTest.class.getResourceAsStream("/invact/coefficient-set.schema.json")) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8), InputFormat.JSON);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
