package invact.export.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.coefficients.CoefficientSet;
import invact.export.Export;
import invact.export.ExportException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** src/test/python/test_hf_kernel.py loads such a folder with the package itself. */
class HuggingFaceKernelTest {
  private static Export export(String... names) {
    List<CoefficientSet> sets = Stream.of(names).map(CoefficientSet::shipped).toList();
    return new Export(sets, "invact export ... --hf-kernel here", "1.2.3");
  }

  private static Export all() {
    List<CoefficientSet> sets =
        CoefficientSet.shippedNames().stream().map(CoefficientSet::shipped).toList();
    return new Export(
        ExportTarget.PYTORCH.chosen(sets), "invact export --all --hf-kernel here", "1.2.3");
  }

  private static List<String> layers(String text) {
    Matcher matcher = Pattern.compile("\nclass (\\w+)\\(nn\\.Module\\):").matcher(text);
    return matcher.results().map(result -> result.group(1)).toList();
  }

  @Test
  void theFolderHoldsTheModuleAndItsLayersForEachBackend() {
    Map<String, String> files = HuggingFaceKernel.files(all());
    assertEquals(
        List.of(
            "README.md",
            "build/torch-cpu/metadata.json",
            "build/torch-cpu/__init__.py",
            "build/torch-cpu/invact_torch.py",
            "build/torch-cpu/layers.py",
            "build/torch-cuda/metadata.json",
            "build/torch-cuda/__init__.py",
            "build/torch-cuda/invact_torch.py",
            "build/torch-cuda/layers.py"),
        List.copyOf(files.keySet()));
    assertTrue(files.containsKey(HuggingFaceKernel.MARK));
    String module = ExportTarget.PYTORCH.text(all());
    for (String backend : List.of("cpu", "cuda")) {
      String folder = "build/torch-" + backend + "/";
      assertEquals(module, files.get(folder + "invact_torch.py"));
      String layers = files.get(folder + "layers.py");
      assertEquals(
          List.of("GeLU", "SiLU", "GeluTanh", "NewGELU", "FastGELU", "QuickGELU"), layers(layers));
      assertTrue(
          layers.contains("\nfrom .invact_torch import gelu, gelu_tanh, quick_gelu, silu\n"));
      JsonNode metadata = JsonMapper.shared().readTree(files.get(folder + "metadata.json"));
      assertEquals("invact", metadata.get("name").asString());
      assertEquals(backend, metadata.get("backend").get("type").asString());
      assertTrue(
          metadata.get("id").asString().matches("_invact_" + backend + "_[0-9a-f]{12}"),
          metadata.toString());
    }
    assertTrue(files.get("README.md").contains("    invact export --all --hf-kernel here\n"));
    assertTrue(files.get("README.md").contains("\"GeluTanh\", \"NewGELU\""));
  }

  @Test
  void thereIsALayerForWhatThereIsASet() {
    Map<String, String> files = HuggingFaceKernel.files(export("silu-bf16", "mish-bf16"));
    String layers = files.get("build/torch-cuda/layers.py");
    assertEquals(List.of("SiLU"), layers(layers));
    assertTrue(layers.contains("\n__all__ = [\"SiLU\"]\n"));
    assertFalse(layers.contains("gelu"));
  }

  @Test
  void theSameExportIsTheSameFilesAndAnotherAnotherKernel() {
    assertEquals(
        HuggingFaceKernel.files(export("gelu-bf16")), HuggingFaceKernel.files(export("gelu-bf16")));
    assertNotEquals(
        HuggingFaceKernel.files(export("gelu-bf16")).get(HuggingFaceKernel.MARK),
        HuggingFaceKernel.files(export("gelu-fp16")).get(HuggingFaceKernel.MARK));
  }

  @Test
  void setsWithoutALayerAreRefused() {
    assertEquals(
        "mish-bf16: transformers has no layer for mish: export a set of gelu, silu, gelu-tanh or"
            + " quick-gelu",
        assertThrows(ExportException.class, () -> HuggingFaceKernel.files(export("mish-bf16")))
            .getMessage());
  }
}
