package invact.export.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.CustomActivation;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.Provenance;
import invact.coefficients.internal.ShippedSets;
import invact.export.Export;
import invact.export.ExportException;
import invact.form.internal.Approximant;
import invact.form.internal.PaperRight;
import invact.form.internal.RootPolynomial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CHeaderTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("invact.basedir", "."), "src/test/resources/c/silu-bf16.h");

  @TempDir private Path folder;

  /** {@code mvn test -Dtest=CHeaderTest -Dinvact.golden=write} writes it anew. */
  @Test
  void goldenFileIsReproduced() throws Exception {
    String text =
        header("invact export silu-bf16 --target c --out silu.h", ShippedSets.load("silu-bf16"));
    if (System.getProperty("invact.golden", "check").equals("write")) {
      Files.writeString(GOLDEN, text);
    }
    assertEquals(Files.readString(GOLDEN), text);
  }

  @Test
  void setsShareTheForwardPass() {
    String text =
        header(
            "-",
            ShippedSets.load("gelu-bf16"),
            ShippedSets.load("gelu-published"),
            ShippedSets.load("silu-bf16"));
    assertEquals(1, count(text, "static inline float invact_gelu(float x)"));
    assertEquals(1, count(text, "static inline float invact_silu(float x)"));
    assertEquals(1, count(text, "static inline uint16_t invact_encode_bf16("));
    assertEquals(3, count(text, "_backward_fp16("));
  }

  /** Made apart and included together, one of them twice. */
  @Test
  void headersGoTogether() throws Exception {
    write("a.h", ShippedSets.load("gelu-bf16"), ShippedSets.load("silu-bf16"));
    write("b.h", ShippedSets.load("silu-bf16"), ShippedSets.load("gelu-fp32"));
    Files.writeString(
        folder.resolve("main.c"),
        """
        #include "a.h"
        #include "b.h"
        #include "a.h"
        int main(void) { return gelu_fp32_right_fp32(0.0f) == gelu_bf16_left_bf16(0.0f); }
        """);
    CCompiler.gcc().compile(folder, arguments("-std=c99"));
  }

  @Test
  void twoSetsOfOneNameAreAnError() throws Exception {
    write("a.h", set("mine", Activations.GELU, 0.5));
    write("b.h", set("mine", Activations.GELU, 0.25));
    Files.writeString(
        folder.resolve("main.c"),
        "#include \"a.h\"\n#include \"b.h\"\nint main(void) { return 0; }\n");
    CCompiler.Run run = CCompiler.gcc().run(folder, arguments("-std=c99"));
    assertTrue(
        run.output().contains("two headers define different code for INVACT_SET_MINE"),
        run.output());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-ffast-math", "-Ofast", "-ffinite-math-only", "-fno-signed-zeros"})
  void arithmeticThatIsNotIeeeIsRefused(String option) throws Exception {
    write("a.h", ShippedSets.load("gelu-bf16"));
    Files.writeString(folder.resolve("main.c"), "#include \"a.h\"\nint main(void) { return 0; }\n");
    CCompiler.Run run = CCompiler.gcc().run(folder, arguments("-std=c99", option));
    assertTrue(run.output().contains("invact needs IEEE 754 arithmetic"), run.output());
  }

  @Test
  void identifiersAreValidAndApart() {
    assertEquals("set_4bit", Identifiers.of(set("4bit", Activations.GELU, 0.5)));
    assertEquals("my_set_1_5", Identifiers.of(set("my-set_1.5", Activations.GELU, 0.5)));
    String message =
        assertThrows(
                ExportException.class,
                () ->
                    header(
                        "-", set("a-b", Activations.GELU, 0.5), set("a.b", Activations.GELU, 0.5)))
            .getMessage();
    assertEquals(
        "sets a-b and a.b would both be called a_b: export each to a file of its own, or rename"
            + " one",
        message);
  }

  @Test
  void javaCodeIsRefusedWithTheReason() {
    Activation own = CustomActivation.of("my_mish", x -> x.times(x.softplus().tanh()));
    String message =
        assertThrows(ExportException.class, () -> header("-", set("mine", own, 0.5))).getMessage();
    assertEquals(
        "mine: f of my_mish is Java code, which has no program to export: export a set of gelu,"
            + " silu, gelu-tanh, quick-gelu, mish, swish-B, or run this one by invact.runtime",
        message);
  }

  @Test
  void coefficientsBeyondFp32AreRefused() {
    String message =
        assertThrows(ExportException.class, () -> header("-", set("mine", Activations.GELU, 1e39)))
            .getMessage();
    assertTrue(message.startsWith("mine: coefficient 0 of root-polynomial-0 is too"), message);
  }

  @Test
  void aCommandCannotEndTheComment() {
    String text = header("invact export */x.json", ShippedSets.load("gelu-bf16"));
    String comment = text.substring(0, text.indexOf("*/"));
    assertTrue(comment.contains("g on one branch") && comment.contains("right, x >= T"), comment);
    assertFalse(text.contains("export */"));
  }

  private void write(String file, CoefficientSet... sets) throws Exception {
    Files.writeString(folder.resolve(file), header("-", sets));
  }

  private static List<String> arguments(String... options) {
    List<String> arguments = new ArrayList<>(CCompiler.STRICT);
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("main.c", "-o", "main", "-lm"));
    return arguments;
  }

  private static String header(String command, CoefficientSet... sets) {
    return ExportTarget.C.text(new Export(List.of(sets), command, "0.1.0"));
  }

  /** Not good, but a set. */
  static CoefficientSet set(String name, Activation f, double coefficient) {
    return new CoefficientSet(
        name,
        f,
        piece(f, Branch.LEFT, new Approximant(new RootPolynomial(0), coefficient)),
        piece(f, Branch.RIGHT, new Approximant(new PaperRight(), -1, 1, 0, 0.1, 0)));
  }

  private static BranchCoefficients piece(Activation f, Branch branch, Approximant q) {
    return BranchCoefficients.measured(
        new BranchApproximant(f, branch, Target.DERIVATIVE, q),
        new Provenance.Published("nowhere", "made up"));
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }
}
