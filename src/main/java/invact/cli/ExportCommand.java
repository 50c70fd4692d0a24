package invact.cli;

import invact.coefficients.CoefficientSet;
import invact.export.Export;
import invact.export.ExportTarget;
import invact.internal.io.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
          + " of --all the first by name."
    },
    footer = {
      "  invact export gelu-bf16 --target c --out gelu.h",
      "  invact export gelu-fp32 silu-fp32 --target c --out activations.h",
      "  invact export my-coefficients/swish-1.5-bf16.json --target c --out -",
      "  invact export --all --target pytorch --out invact_torch.py"
    })
final class ExportCommand implements Callable<Integer> {
  private static final String STDOUT = "-";

  @Spec private CommandSpec spec;

  @Mixin private SetArguments arguments;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      required = true,
      completionCandidates = Targets.class,
      description =
          "the language, one of ${COMPLETION-CANDIDATES}; c: C99 and C++11, one header;"
              + " pytorch: one module with Triton kernels")
  private ExportTarget target;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "the file, - for stdout; an existing file is replaced whole or not at all")
  private String out;

  @Override
  public Integer call() throws IOException {
    Path file = Path.of(out);
    if (!out.equals(STDOUT)) {
      if (Files.isDirectory(file)) {
        throw new IOException(file + ": is a folder, name a file in it");
      }
      AtomicFile.requireWritableDirectory(file.toAbsolutePath().getParent());
    }
    String command =
        "invact export " + arguments.words() + " --target " + target.label() + " --out " + name();
    List<CoefficientSet> sets = arguments.load();
    if (arguments.isAll()) {
      sets = target.chosen(sets);
    }
    String text = target.text(new Export(sets, command, InvactCommand.Version.number()));
    if (out.equals(STDOUT)) {
      PrintWriter stdout = spec.commandLine().getOut();
      stdout.print(text);
      stdout.flush();
    } else {
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
    return 0;
  }

  /** The file name without its folder: the text is the same in every folder. */
  private String name() {
    return SetArguments.word(Path.of(out).getFileName().toString());
  }

  /** The names of all targets. */
  static final class Targets implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ExportTarget.labels().iterator();
    }
  }
}
