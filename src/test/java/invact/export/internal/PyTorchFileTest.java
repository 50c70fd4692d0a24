package invact.export.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.internal.CustomActivation;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.ShippedSets;
import invact.export.Export;
import invact.export.ExportException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PyTorchFileTest {
  private static final Path BASE = Path.of(System.getProperty("invact.basedir", "."));
  private static final Path PYTHON = BASE.resolve("src/main/python");
  private static final Path MODULE = PYTHON.resolve("invact_torch.py");
  private static final String COMMAND =
      "invact export --all --target pytorch --out invact_torch.py";

  /** {@code mvn test -Dtest=PyTorchFileTest -Dinvact.golden=write} writes it anew. */
  @Test
  void committedModuleIsWhatTheCommandWrites() throws Exception {
    String text = module(COMMAND, defaults());
    if (System.getProperty("invact.golden", "check").equals("write")) {
      Files.writeString(MODULE, text);
    }
    assertEquals(Files.readString(MODULE), text);
    String command = COMMAND.replace("invact_torch.py", "src/main/python/invact_torch.py");
    String readme = Files.readString(PYTHON.resolve("README.md"));
    assertTrue(readme.contains("    cli/" + command + "\n"), command);
  }

  @Test
  void theOrderOfSetsChangesTheHeaderAlone() {
    List<CoefficientSet> sets = defaults();
    assertEquals(module("-", sets), module("-", sets.reversed()));
  }

  @Test
  void defaultsAreOneSetForEachActivationAndDtype() {
    List<String> names = defaults().stream().map(CoefficientSet::name).toList();
    assertEquals(15, names.size(), names.toString());
    assertTrue(names.contains("gelu-fp32") && !names.contains("gelu-segmented"), names.toString());
  }

  @Test
  void twoSetsThatWouldServeTheSameAreRefused() {
    assertEquals(
        "gelu-fp32 and gelu-segmented would both serve gelu in fp32: name one of them",
        refusal("gelu-fp32", "gelu-segmented"));
    assertEquals(
        "silu-paper and silu-published would both serve silu in bf16: name one of them",
        refusal("silu-paper", "silu-published"));
  }

  @Test
  void aSetForNoDtypeServesWhatOthersLeave() {
    String text = module("-", sets("gelu-bf16", "gelu-paper"));
    assertTrue(text.contains("(\"gelu\", \"bf16\"): CoefficientSet(\n        name=\"gelu-bf16\""));
    assertTrue(text.contains("(\"gelu\", \"fp16\"): CoefficientSet(\n        name=\"gelu-paper\""));
    assertTrue(text.contains("(\"gelu\", \"fp32\"): CoefficientSet(\n        name=\"gelu-paper\""));
  }

  @Test
  void onlyWhatIsServedIsWritten() {
    String text = module("-", sets("silu-fp16"));
    assertTrue(text.contains("def _silu_16_forward(x"));
    assertFalse(text.contains("_silu_32_"));
    assertFalse(text.contains("_silu_bf16_"));
    assertFalse(text.contains("_gelu_16_"));
  }

  @Test
  void activationsWithoutAProgramAreRefused() {
    Activation own = CustomActivation.of("my_mish", x -> x.times(x.softplus().tanh()));
    CoefficientSet set = CHeaderTest.set("mine", own, 0.5);
    ExportException refused = assertThrows(ExportException.class, () -> module("-", List.of(set)));
    assertTrue(
        refused.getMessage().startsWith("mine: f of my_mish is Java code, which has no program"),
        refused.getMessage());
  }

  /** The section is one that the rest of the module can be read around, and names what made it. */
  @Test
  void theHeaderNamesSetsErrorsAndCommand() {
    String text = module("invact export silu-bf16", sets("silu-bf16"));
    Matcher section =
        Pattern.compile("# invact:generated:begin\n(.*?)# invact:generated:end\n", Pattern.DOTALL)
            .matcher(text);
    assertTrue(section.find());
    assertTrue(section.group(1).startsWith("# fmt: off\n"));
    assertTrue(section.group(1).endsWith("\n\n# fmt: on\n"));
    for (String part :
        List.of(
            "made by invact 0.1.0:\n#   invact export silu-bf16\n",
            "\n# silu-bf16: SiLU, f(x) = x·σ(x)\n",
            "\n#   in use, bf16, x ~ N(0, 1): RMS ",
            "\n#     coefficients fitted: mean of f' given y in bf16, ")) {
      assertTrue(section.group(1).contains(part), part);
    }
  }

  private static String refusal(String... names) {
    return assertThrows(ExportException.class, () -> module("-", sets(names))).getMessage();
  }

  private static List<CoefficientSet> defaults() {
    return ExportTarget.PYTORCH.chosen(
        ShippedSets.names().stream().map(ShippedSets::load).toList());
  }

  private static List<CoefficientSet> sets(String... names) {
    return Stream.of(names).map(ShippedSets::load).toList();
  }

  private static String module(String command, List<CoefficientSet> sets) {
    return ExportTarget.PYTORCH.text(new Export(sets, command, "0.1.0"));
  }
}
