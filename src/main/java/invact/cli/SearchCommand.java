package invact.cli;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.fit.internal.selection.Candidate;
import invact.fit.internal.selection.Search;
import invact.fit.internal.selection.SearchLog;
import invact.fit.internal.selection.SearchProblem;
import invact.fit.internal.selection.SearchResult;
import invact.fit.internal.selection.SearchSpace;
import invact.internal.io.AtomicFile;
import invact.internal.io.Printable;
import invact.numeric.Dtype;
import invact.plot.internal.Figures;
import invact.plot.internal.ImageFormat;
import invact.sampling.Density;
import invact.sampling.internal.Densities;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code invact search}: which forms are worth their cost. */
@Command(
    name = "search",
    description = {
      "Fits forms of all families, degrees, centres and cut-offs, and prints the Pareto front:"
          + " those that no other beats in error at its cost.",
      "Cost is in GPU issue slots, from the height y - f(T) to f'; errors are those of f'"
          + " with coefficients rounded to fp32, in fp32 arithmetic.",
      "fp32: minimax fits, judged by the largest error on exact outputs. The irreducible error is"
          + " the largest that rounding y alone makes.",
      "bf16 and fp16: fits to the mean of f' over the inputs that share an output, judged by the"
          + " RMS error over the inputs of the branch. The irreducible error is the least RMS of"
          + " any decoder."
    },
    footer = {
      "  invact search gelu silu --plot plots",
      "  invact search gelu --branch right --max-cost 30 --json",
      "  invact search silu --dtype bf16 --resume silu.jsonl --plot silu-pareto-bf16.png",
      "  invact search mish --forms root-rational,root-polynomial"
    })
final class SearchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ActivationArguments arguments;

  @Option(
      names = "--branch",
      paramLabel = "BRANCH",
      split = ",",
      description = "left, right, or both with a comma (default)")
  private List<Branch> branches = List.of(Branch.values());

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      split = ",",
      description = "fp32 (default), bf16, fp16, or several with commas")
  private List<Dtype> dtypes = List.of(Dtype.FP32);

  @Option(
      names = "--density",
      paramLabel = "DENSITY",
      description =
          "how inputs of bf16 and fp16 are distributed: normal (default), normal:SIGMA or"
              + " uniform:LO:HI")
  private Optional<Density> density = Optional.empty();

  @Option(
      names = "--forms",
      paramLabel = "NAME",
      split = ",",
      description =
          "only forms whose names begin so, such as root-polynomial or root-rational-5; the paper's"
              + " forms are always there to compare with")
  private List<String> beginnings = List.of();

  @Option(
      names = "--max-cost",
      paramLabel = "SLOTS",
      description = "only forms that cost at most so much; default 60, a whole backward pass")
  private int maxCost = 60;

  @Option(
      names = "--resume",
      paramLabel = "FILE",
      description =
          "keep what is found in FILE, a line of JSON each, and find nothing again that is there;"
              + " an interrupted search goes on")
  private Optional<Path> state = Optional.empty();

  @Option(
      names = "--plot",
      paramLabel = "PATH",
      description =
          "draw error against cost: to PATH if it ends in .png or .svg, else to the folder PATH as"
              + " ACTIVATION-pareto.png, for bf16 and fp16 as ACTIVATION-pareto-DTYPE.png")
  private Optional<Path> plot = Optional.empty();

  @Option(names = "--json", description = "print one JSON document, with all candidates")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Map<SearchProblem, List<Candidate>> candidates = candidates();
    Optional<ParetoPlot> figures =
        plot.isPresent() ? Optional.of(plot(plot.get())) : Optional.empty();
    List<SearchResult> results = new ArrayList<>();
    int count = candidates.values().stream().mapToInt(List::size).sum();
    AtomicBoolean isBegun = new AtomicBoolean();
    try (SearchLog log = state.isPresent() ? SearchLog.open(state.get()) : SearchLog.none();
        Progress progress = Progress.of("searching", count)) {
      for (Map.Entry<SearchProblem, List<Candidate>> each : candidates.entrySet()) {
        results.add(
            Search.run(
                each.getKey(),
                each.getValue(),
                log,
                () -> {
                  if (!isBegun.getAndSet(true)) {
                    sayHowToResume(count);
                  }
                  progress.step();
                }));
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(SearchReport.json(results));
    } else {
      SearchReport.print(results, out);
    }
    out.flush();
    if (figures.isPresent()) {
      for (Path file : figures.get().write(results)) {
        spec.commandLine().getErr().println(Printable.line("figure " + file));
      }
    }
    return 0;
  }

  private void sayHowToResume(int count) {
    String how =
        state
            .map(file -> "interrupted, the same command goes on where it stopped: " + file)
            .orElse("--resume FILE keeps them, so that an interrupted search goes on");
    spec.commandLine().getErr().println(Printable.line(count + " fits; " + how));
  }

  /** What is to be searched, checked before anything is done. */
  private Map<SearchProblem, List<Candidate>> candidates() {
    if (density.isPresent() && dtypes.stream().noneMatch(Dtype::isHalf)) {
      throw new ParameterException(
          spec.commandLine(), "--density weighs inputs of bf16 and fp16: add --dtype bf16");
    }
    Map<SearchProblem, List<Candidate>> candidates = new LinkedHashMap<>();
    for (Activation activation : arguments.load()) {
      for (Dtype dtype : dtypes) {
        for (Branch branch : branches) {
          SearchProblem problem =
              new SearchProblem(activation, branch, dtype, density.orElse(Densities.USUAL));
          candidates.put(problem, filtered(SearchSpace.of(problem)));
        }
      }
    }
    requireUsed(candidates);
    return candidates;
  }

  private List<Candidate> filtered(List<Candidate> candidates) {
    return candidates.stream()
        .filter(candidate ->
            candidate.isPaper()
                || (candidate.cost().issueSlots() <= maxCost
                    && (beginnings.isEmpty()
                        || beginnings.stream().anyMatch(candidate.form().name()::startsWith))))
        .toList();
  }

  private void requireUsed(Map<SearchProblem, List<Candidate>> candidates) {
    for (String beginning : beginnings) {
      if (candidates.values().stream()
          .flatMap(List::stream)
          .noneMatch(candidate -> candidate.form().name().startsWith(beginning))) {
        throw new ParameterException(
            spec.commandLine(),
            "no candidate of at most "
                + maxCost
                + " issue slots begins with '"
                + beginning
                + "': 'invact list' shows how forms are called");
      }
    }
    if (candidates.values().stream().flatMap(List::stream).allMatch(Candidate::isPaper)) {
      throw new ParameterException(
          spec.commandLine(),
          "no form costs at most " + maxCost + " issue slots: raise --max-cost");
    }
  }

  private ParetoPlot plot(Path plot) throws IOException {
    for (ImageFormat format : ImageFormat.values()) {
      if (plot.toString().endsWith("." + format.label())) {
        if (arguments.load().size() * dtypes.size() > 1) {
          throw new ParameterException(
              spec.commandLine(),
              "--plot " + plot + " is one file: name one activation and dtype, or a folder");
        }
        Path folder = plot.toAbsolutePath().getParent();
        AtomicFile.requireWritableDirectory(folder);
        Figures.prepare();
        return ParetoPlot.toFile(plot, format);
      }
    }
    if (Files.isRegularFile(plot)) {
      throw new ParameterException(
          spec.commandLine(), "--plot " + plot + ": name a folder, or a file .png or .svg");
    }
    AtomicFile.requireWritableDirectory(plot);
    Figures.prepare();
    return ParetoPlot.toFolder(plot);
  }
}
