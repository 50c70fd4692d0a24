package invact.cli;

import invact.internal.io.AtomicFile;
import invact.memory.internal.Config;
import invact.memory.internal.MemoryException;
import invact.memory.internal.Mode;
import invact.memory.internal.Optimizer;
import invact.memory.internal.Precision;
import invact.memory.internal.Predictor;
import invact.memory.internal.Request;
import invact.numeric.Dtype;
import invact.plot.internal.Figure;
import invact.plot.internal.Figures;
import invact.plot.internal.ImageFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code invact memory}: what training steps of a model keep, before they run. */
@Command(
    name = "memory",
    description = {
      "Predicts the bytes that a training step of a transformers model keeps for the backward pass,"
          + " by layer and by kind, in eager PyTorch and with invact_torch, and the largest batch"
          + " and sequence that fit on a card.",
      "Counted are storages that autograd saves, parameters apart; all parameters are trained,"
          + " nothing is masked by padding. Modes: native; inverted: activations and gated units"
          + " keep their output; recompute: they compute it again; norms: as inverted, and norms"
          + " keep their output; checkpoint: every layer keeps its input alone."
    },
    footer = {
      "  invact memory config.json --batch 1 --seq 4096",
      "  invact memory config.json --batch 8 --seq 2048 --params-dtype fp32 --mode norms"
          + " --fused-loss",
      "  invact memory config.json --batch 64 --card-gib 40 --json"
    })
final class MemoryCommand implements Callable<Integer> {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  /** Of a card's memory, what CUDA's context takes and the allocator cannot use. */
  private static final long RESERVE = 1536 * MIB;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "CONFIG.json", description = "a config.json of transformers")
  private Path file;

  @Option(
      names = "--batch",
      paramLabel = "B",
      required = true,
      description = "sequences, pictures or sounds in a step")
  private long batch;

  @Option(
      names = "--seq",
      paramLabel = "S",
      description = "tokens of a sequence; pictures and sounds have those of their size")
  private Long tokens;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      description = "of matrix products: bf16, fp16 or fp32; default: bf16")
  private Dtype dtype = Dtype.BF16;

  @Option(
      names = "--params-dtype",
      paramLabel = "DTYPE",
      description =
          "of parameters, gradients and optimizer states; fp32 with 16-bit products is autocast;"
              + " default: that of matrix products")
  private Dtype parametersDtype;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      split = ",",
      description =
          "native, inverted, recompute, norms or checkpoint, or several with commas, beside native;"
              + " default: all")
  private List<Mode> modes = List.of();

  @Option(
      names = "--fused-loss",
      description = "the last Linear and the cross entropy are one, without logits, as Liger's")
  private boolean fusedLoss;

  @Option(
      names = "--attention",
      paramLabel = "WAY",
      description = "sdpa: one kernel, as transformers does it; eager; default: sdpa")
  private String attention = "sdpa";

  @Option(
      names = "--card-gib",
      paramLabel = "GIB",
      description =
          "memory of the card, 1.5 GiB of which are taken for CUDA's context and fragments;"
              + " default: 80")
  private double card = 80;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description = "adamw, sgd (with momentum) or none; default: adamw")
  private Optimizer optimizer = Optimizer.ADAMW;

  @Option(names = "--json", description = "print one JSON document instead of tables")
  private boolean json;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "draw what each mode keeps as bars, in a .png or .svg")
  private Path plot;

  @Override
  public Integer call() throws IOException {
    if (batch < 1 || (tokens != null && tokens < 1)) {
      throw wrong("--batch and --seq are at least 1");
    }
    if (!List.of("sdpa", "eager").contains(attention)) {
      throw wrong("--attention is sdpa or eager, not '" + attention + "'");
    }
    long room = Math.round(card * GIB) - RESERVE;
    if (!(card > 1.5 && card < 1 << 20)) {
      throw wrong("--card-gib is more than 1.5, and less than a million");
    }
    ImageFormat format = plot == null ? null : format();
    byte[] text = Files.readAllBytes(file);
    try {
      Predictor predictor = Predictor.of(Config.of(text));
      if (predictor.hasSequences() && tokens == null) {
        throw wrong(predictor.modelName() + " reads sequences: give their length by --seq");
      }
      long length = predictor.hasSequences() ? tokens : predictor.mostTokens();
      Precision precision = new Precision(dtype, parametersDtype == null ? dtype : parametersDtype);
      Request request = new Request(batch, length, precision, fusedLoss, attention.equals("eager"));
      MemoryReport report = MemoryReport.of(predictor, request, chosen(), card, room, optimizer);
      print(report, format);
    } catch (MemoryException e) {
      throw new MemoryException(file + ": " + e.getMessage());
    }
    return 0;
  }

  private void print(MemoryReport report, ImageFormat format) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(report.json());
    } else {
      report.print(out, !modes.isEmpty());
    }
    if (format != null) {
      AtomicFile.requireWritableDirectory(plot.toAbsolutePath().getParent());
      Figures.prepare();
      Figure figure = report.figure(plot.getFileName().toString());
      AtomicFile.write(plot, figure.encode(format));
      if (!json) {
        out.println();
        out.println(plot);
      }
    }
    out.flush();
  }

  /** The modes asked for, native first, each once. */
  private List<Mode> chosen() {
    List<Mode> chosen = new ArrayList<>(List.of(Mode.NATIVE));
    for (Mode mode : modes.isEmpty() ? Arrays.asList(Mode.values()) : modes) {
      if (!chosen.contains(mode)) {
        chosen.add(mode);
      }
    }
    return chosen;
  }

  private ImageFormat format() {
    String name = plot.getFileName().toString();
    try {
      return ImageFormat.of(name.substring(name.lastIndexOf('.') + 1));
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
