package invact.cli;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Target;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.CoefficientWriter;
import invact.coefficients.internal.PublishedCoefficients;
import invact.evaluate.internal.MeasuredInUse;
import invact.fit.internal.BranchFitter;
import invact.fit.internal.FitJob;
import invact.fit.internal.FormFamily;
import invact.fit.internal.Objective;
import invact.fit.internal.SamplingPlan;
import invact.fit.internal.selection.DefaultSets;
import invact.internal.io.AtomicFile;
import invact.numeric.Dtype;
import invact.plot.Figure;
import invact.plot.Figures;
import invact.plot.ImageFormat;
import invact.sampling.Density;
import invact.sampling.internal.Sampling;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code invact fit}: refits the pieces of activations. */
@Command(
    name = "fit",
    description = "Fits the approximators of activations.",
    footer = {
      "  invact fit --all",
      "  invact fit --defaults",
      "  invact fit --defaults swish-1.5 --out my-coefficients",
      "  invact fit gelu --sampling uniform-y --out my-coefficients",
      "  invact fit silu --target sigmoid --points 5001 --range=-8:8 --json",
      "  invact fit mish swish-1.5 --out my-coefficients",
      "  invact fit gelu --objective minimax --out my-coefficients",
      "  invact fit silu --objective minimax --form root-rational-4-4,root-exp-5",
      "  invact fit gelu --dtype bf16 --form root-polynomial-8,root-polynomial-9-cut-4.0",
      "  invact fit --expr 'x*tanh(softplus(x))' --name my_mish --out my-coefficients",
      "",
      "--all writes the published sets too, so that all sets stand side by side.",
      "Where activations are named, files are written only where --out or --plots says."
    })
final class FitCommand implements Callable<Integer> {
  /** What says how, or what, to fit, and so cannot go with the default sets. */
  private static final List<String> PAPER_OPTIONS =
      List.of(
          "--form",
          "--objective",
          "--dtype",
          "--density",
          "--target",
          "--sampling",
          "--points",
          "--range",
          "--starts",
          "--seed",
          "--json");

  /**
   * What lays out samples and starting points, of which other fits than least squares have none.
   */
  private static final List<String> SAMPLE_OPTIONS =
      List.of("--sampling", "--points", "--range", "--starts", "--seed");

  @Spec private CommandSpec spec;

  @Mixin private ActivationArguments arguments;

  @Option(
      names = "--all",
      description =
          "gelu and silu, all their targets; writes to coefficients/ and draws to plots/, or where"
              + " --out and --plots say (with --out alone nothing is drawn)")
  private boolean all;

  @Option(
      names = "--defaults",
      description =
          "the default sets instead, in fp32, bf16 and fp16, of the activations named; or if none"
              + " is, of all, writing and drawing as --all does; takes no option on how to fit")
  private boolean defaults;

  @Option(
      names = "--form",
      paramLabel = "FORM",
      description =
          "forms to fit: paper (default), or LEFT,RIGHT by the names that 'invact list' shows, such"
              + " as root-rational-5-5-about-0.41,root-polynomial-9-cut-4.5; one name serves both")
  private FormFamily family = FormFamily.PAPER;

  @Option(
      names = "--objective",
      paramLabel = "OBJECTIVE",
      description =
          "what is minimised: least-squares (default), over samples; or minimax, the largest error"
              + " of f' over the whole branch")
  private Objective objective = Objective.LEAST_SQUARES;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      description =
          "fp32, bf16 or fp16: fit to what a rounded output tells, the mean of f' over the inputs"
              + " that share it, by weighted least squares")
  private Dtype dtype;

  @Option(
      names = "--density",
      paramLabel = "DENSITY",
      description =
          "with --dtype, how inputs are distributed: normal (default), normal:SIGMA or"
              + " uniform:LO:HI; the fit takes one input in a thousand from all of [-20, 20]")
  private Density density;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description =
          "what the forms approximate: derivative, f'(f^-1(y)), or for silu sigmoid, from which f'"
              + " follows; default: every target that an activation has")
  private Target target;

  @Option(
      names = "--sampling",
      paramLabel = "LAYOUT",
      description = "samples uniform-x (default) or, on each branch, uniform-y")
  private Sampling sampling = SamplingPlan.DEFAULT.sampling();

  @Option(
      names = "--points",
      paramLabel = "N",
      description = "samples over the range, or with uniform-y on each branch; default 20001")
  private int points = SamplingPlan.DEFAULT.points();

  @Option(
      names = "--range",
      paramLabel = "LO:HI",
      converter = RangeConverter.class,
      description = "inputs sampled, ends included; default -10:10")
  private Range range = new Range(SamplingPlan.DEFAULT.low(), SamplingPlan.DEFAULT.high());

  @Option(
      names = "--starts",
      paramLabel = "K",
      description = "starting points of the search in each fit; default 16")
  private int starts = 16;

  @Option(names = "--seed", paramLabel = "S", description = "seed of the starts; default 1")
  private long seed = 1;

  @Option(names = "--out", paramLabel = "DIR", description = "write coefficient sets to DIR")
  private Path out;

  @Option(names = "--plots", paramLabel = "DIR", description = "draw figures to DIR")
  private Path plots;

  @Option(names = "--no-plots", description = "draw no figures")
  private boolean noPlots;

  @Option(names = "--json", description = "print one JSON document instead of the table")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    requireOneSelection();
    boolean whole = all || !arguments.given();
    Path coefficientFolder = out == null && whole ? SetArguments.FOLDER : out;
    Path plotFolder =
        plots == null && whole && out == null && !noPlots ? PlotCommand.FOLDER : plots;
    List<Activation> activations = activations();
    Supplier<FitReport> fit = defaults ? null : prepared(activations);
    Optional<MeasuredInUse> inUse = Optional.empty();
    if (coefficientFolder != null) {
      AtomicFile.requireWritableDirectory(coefficientFolder);
      inUse = Optional.of(MeasuredInUse.prepare(activations));
    }
    if (plotFolder != null) {
      AtomicFile.requireWritableDirectory(plotFolder);
      Figures.prepare();
    }
    List<CoefficientSet> sets = defaults ? fitDefaults(activations) : report(fit);
    FitWarnings.print(sets, spec.commandLine().getErr());
    if (inUse.isPresent()) {
      write(measured(sets, inUse.get()), coefficientFolder);
    } else {
      spec.commandLine().getErr().println("no file written: --out DIR keeps the coefficient sets");
    }
    if (plotFolder != null) {
      draw(sets, plotFolder);
    }
    return 0;
  }

  private List<Activation> activations() {
    if (all) {
      return Activations.paper();
    }
    try {
      return arguments.given() ? arguments.load() : Activations.all();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** The fits to make, checked as far as can be before they are made. */
  private Supplier<FitReport> prepared(List<Activation> activations) {
    try {
      List<FitJob.PieceToFit> pieces = pieces(activations);
      if (dtype != null) {
        Density likely = density == null ? new Density.Normal(1) : density;
        return () -> ConditionalMeanReport.fit(pieces, family, dtype, likely);
      }
      if (objective == Objective.MINIMAX) {
        return () -> MinimaxReport.fit(pieces, family);
      }
      FitJob job =
          new FitJob(
              pieces,
              family,
              new SamplingPlan(sampling, points, range.low(), range.high()),
              new BranchFitter().withStarts(starts).withSeed(seed));
      return () -> LeastSquaresReport.fit(job, seed, starts);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private List<CoefficientSet> report(Supplier<FitReport> fit) {
    FitReport report;
    try {
      report = fit.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    PrintWriter results = spec.commandLine().getOut();
    if (json) {
      results.print(report.json());
    } else {
      report.print(results);
    }
    results.flush();
    spec.commandLine().getErr().println(report.method());
    return withPublished(report.sets());
  }

  private List<CoefficientSet> withPublished(List<CoefficientSet> fitted) {
    List<CoefficientSet> sets = new ArrayList<>(fitted);
    if (all) {
      for (Activation activation : Activations.paper()) {
        PublishedCoefficients.of(activation).ifPresent(sets::add);
      }
    }
    return sets;
  }

  private List<CoefficientSet> fitDefaults(List<Activation> activations) {
    List<CoefficientSet> sets;
    try {
      try (Progress progress = Progress.of("fitting", DefaultSets.count(activations))) {
        sets = DefaultSets.fit(activations, progress::step);
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    new DefaultsReport(sets).print(spec.commandLine().getOut());
    spec.commandLine().getOut().flush();
    return sets;
  }

  private List<CoefficientSet> measured(List<CoefficientSet> sets, MeasuredInUse inUse) {
    try {
      return inUse.measure(sets);
    } catch (IllegalArgumentException e) {
      throw new CoefficientException(
          "a set cannot be used in fp32, and is not written: " + e.getMessage(), e);
    }
  }

  private void write(List<CoefficientSet> sets, Path folder) throws IOException {
    for (CoefficientSet set : sets) {
      CoefficientWriter.write(set, folder);
    }
    spec.commandLine().getErr().println(sets.size() + " coefficient sets in " + folder);
  }

  private void draw(List<CoefficientSet> sets, Path folder) throws IOException {
    List<Figure> figures = defaults ? DefaultFigures.of(sets) : Figures.of(sets);
    Figures.write(figures, folder, ImageFormat.PNG);
    spec.commandLine().getErr().println(figures.size() + " figures in " + folder);
  }

  private void requireOneSelection() {
    boolean some = defaults || arguments.given();
    if (all == some) {
      throw new ParameterException(
          spec.commandLine(),
          all
              ? "say --all, or name activations, or --defaults: --all goes with neither"
              : "name activations ("
                  + ActivationArguments.known()
                  + "), give --expr, or say --all or --defaults");
    }
    if (defaults) {
      refuse(PAPER_OPTIONS, "--defaults takes no %s: how it fits is fixed");
    } else if (dtype != null) {
      requireDtypeFit();
    } else if (density != null) {
      throw new ParameterException(
          spec.commandLine(),
          "--density weighs what --dtype fits to: add --dtype, or leave it out");
    } else if (objective == Objective.MINIMAX) {
      refuse(
          SAMPLE_OPTIONS,
          "--objective minimax takes no %s: it levels the error over the whole branch");
    }
  }

  private void requireDtypeFit() {
    if (dtype == Dtype.FP64) {
      throw new ParameterException(
          spec.commandLine(),
          "--dtype fp64 rounds nothing that a fit could see: leave it out, or use fp32, bf16,"
              + " fp16");
    }
    if (objective == Objective.MINIMAX) {
      throw new ParameterException(
          spec.commandLine(),
          "--dtype fits to means, which is least squares: leave out --dtype or --objective"
              + " minimax");
    }
    if (target == Target.SIGMOID) {
      throw new ParameterException(
          spec.commandLine(), "--dtype fits the derivative itself: leave out --target sigmoid");
    }
    refuse(SAMPLE_OPTIONS, "--dtype takes no %s: it fits to the outputs that occur");
  }

  private void refuse(List<String> options, String reason) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(spec.commandLine(), reason.formatted(option));
      }
    }
  }

  /** All targets of the activations, or the one asked for. */
  private List<FitJob.PieceToFit> pieces(List<Activation> activations) {
    List<FitJob.PieceToFit> pieces = FitJob.pieces(activations);
    if (dtype != null) {
      return pieces.stream().filter(piece -> piece.target() == Target.DERIVATIVE).toList();
    }
    if (target != null) {
      pieces = pieces.stream().filter(piece -> piece.target() == target).toList();
      for (Activation activation : all ? List.<Activation>of() : activations) {
        if (!activation.targets().contains(target)) {
          throw new IllegalArgumentException(
              activation.name()
                  + " has no target '"
                  + target.label()
                  + "': it has "
                  + String.join(", ", activation.targets().stream().map(Target::label).toList()));
        }
      }
    }
    return pieces;
  }

  /** LO:HI. */
  record Range(double low, double high) {}

  /** Reads LO:HI. */
  static final class RangeConverter implements ITypeConverter<Range> {
    @Override
    public Range convert(String text) {
      String[] ends = text.split(":", -1);
      try {
        if (ends.length == 2) {
          return new Range(Double.parseDouble(ends[0]), Double.parseDouble(ends[1]));
        }
      } catch (NumberFormatException e) {
        // Falls through to the one message that says what a range looks like.
      }
      throw new TypeConversionException("'" + text + "' is no range: write LO:HI, such as -10:10");
    }
  }
}
