package invact.cli;

import invact.coefficients.CoefficientSet;
import invact.export.Export;
import invact.export.internal.ExportTarget;
import invact.export.internal.HuggingFaceKernel;
import invact.internal.io.AtomicFile;
import invact.internal.io.AtomicFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code invact export}: coefficient sets as source text of other languages. */
@Command(
    name = "export",
    description = {
      "Writes coefficient sets as source text: forward and backward pass with the indicator, for"
          + " fp32, bf16 and fp16, and the functions of one element.",
      "In C results are bit for bit those of the scalar runtime, but for NaN's sign and payload;"
          + " the file's first lines name the sets, their errors and what a compiler must not do.",
      "Sets in one file share the forward pass of their activation.",
      "In a module for PyTorch one set serves an activation and dtype: the one made for the dtype;"
          + " of --all the first by name.",
      "A folder for Hugging Face's kernels holds that module and the layers GeLU, SiLU, GeluTanh,"
          + " NewGELU, FastGELU and QuickGELU, as far as there are sets for them."
    },
    footer = {
      "  invact export gelu-bf16 --target c --out gelu.h",
      "  invact export gelu-fp32 silu-fp32 --target c --out activations.h",
      "  invact export my-coefficients/swish-1.5-bf16.json --target c --out -",
      "  invact export --all --target pytorch --out invact_torch.py",
      "  invact export --all --hf-kernel invact-kernel"
    })
final class ExportCommand implements Callable<Integer> {
  private static final String STDOUT = "-";

  @Spec private CommandSpec spec;

  @Mixin private SetArguments arguments;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      completionCandidates = Targets.class,
      description =
          "the language, one of ${COMPLETION-CANDIDATES}; c: C99 and C++11, one header;"
              + " pytorch: one module with Triton kernels")
  private ExportTarget target;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "the file, - for stdout; an existing file is replaced whole or not at all")
  private String out;

  @Option(
      names = "--hf-kernel",
      paramLabel = "DIR",
      description =
          "instead of --target and --out: a folder for Hugging Face's kernels; one that holds"
              + " anything else is left alone")
  private Path kernel;

  @Override
  public Integer call() throws IOException {
    if (kernel != null) {
      return kernel();
    }
    if (target == null || out == null) {
      throw new ParameterException(
          spec.commandLine(),
          "Missing required option: '" + (target == null ? "--target=TARGET" : "--out=FILE") + "'");
    }
    Path file = Path.of(out);
    if (!out.equals(STDOUT)) {
      if (Files.isDirectory(file)) {
        throw new IOException(file + ": is a folder, name a file in it");
      }
      AtomicFile.requireWritableDirectory(file.toAbsolutePath().getParent());
    }
    String text = target.text(export("--target " + target.label() + " --out " + name(out), target));
    if (out.equals(STDOUT)) {
      PrintWriter stdout = spec.commandLine().getOut();
      stdout.print(text);
      stdout.flush();
    } else {
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
    return 0;
  }

  private int kernel() throws IOException {
    if (target != null || out != null) {
      throw new ParameterException(
          spec.commandLine(), "--hf-kernel takes the place of --target and --out: leave those out");
    }
    Export export = export("--hf-kernel " + name(kernel.toString()), ExportTarget.PYTORCH);
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    HuggingFaceKernel.files(export)
        .forEach((path, text) -> files.put(path, text.getBytes(StandardCharsets.UTF_8)));
    AtomicFolder.write(kernel, files, HuggingFaceKernel.MARK);
    return 0;
  }

  private Export export(String destination, ExportTarget language) throws IOException {
    List<CoefficientSet> sets = arguments.load();
    return new Export(
        arguments.isAll() ? language.chosen(sets) : sets,
        "invact export " + arguments.words() + " " + destination,
        InvactCommand.Version.number());
  }

  /** A file without its folder, so that the bytes do not depend on where it lies. */
  private static String name(String file) {
    Path name = Path.of(file).toAbsolutePath().normalize().getFileName();
    return SetArguments.word(name == null ? file : name.toString());
  }

  /** The names of all targets. */
  static final class Targets implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ExportTarget.labels().iterator();
    }
  }
}
