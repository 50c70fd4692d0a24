package invact.cli;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.CustomActivation;
import invact.activation.Target;
import invact.coefficient.CoefficientSet;
import invact.coefficient.CoefficientWriter;
import invact.coefficient.PublishedCoefficients;
import invact.fit.BranchFitter;
import invact.fit.Design;
import invact.fit.FitJob;
import invact.fit.FormFamily;
import invact.fit.Objective;
import invact.fit.Sampling;
import invact.fit.defaults.DefaultSets;
import invact.io.AtomicFile;
import invact.plot.Figure;
import invact.plot.Figures;
import invact.plot.ImageFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code invact fit}: refits the pieces of activations. */
@Command(
    name = "fit",
    description = "Refits the approximators of activations by least squares.",
    footer = {
      "  invact fit --all",
      "  invact fit --defaults",
      "  invact fit gelu --sampling uniform-y --out my-coefficients",
      "  invact fit silu --target sigmoid --points 5001 --range=-8:8 --json",
      "  invact fit mish swish-1.5 --out my-coefficients",
      "  invact fit --expr 'x*tanh(softplus(x))' --name my_mish --out my-coefficients",
      "",
      "--all writes the published sets too, so that all sets stand side by side.",
      "Without --all, files are written only where --out or --plots says."
    })
final class FitCommand implements Callable<Integer> {
  /** What says how, or what, to fit, and so cannot go with the default sets. */
  private static final List<String> PAPER_OPTIONS =
      List.of(
          "--form",
          "--objective",
          "--target",
          "--sampling",
          "--points",
          "--range",
          "--starts",
          "--seed",
          "--json");

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "ACTIVATION",
      description =
          "gelu, silu, gelu-tanh, quick-gelu, mish, or swish-B for slope B, such as swish-1.5")
  private List<String> names = List.of();

  @Option(
      names = "--expr",
      paramLabel = "TEXT",
      description =
          "your own f(x), such as 'x*tanh(softplus(x))': numbers, x, pi, e, + - * / ^, parentheses,"
              + " abs atan cos cosh erf exp expm1 log log1p max min normcdf sigmoid sin sinh"
              + " softplus sqrt tanh; needs --name")
  private String expression;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "what to call the activation of --expr: a-z, 0-9, '-' and '_'")
  private String name;

  @Option(
      names = "--all",
      description =
          "gelu and silu, all their targets; writes to coefficients/ and draws to plots/, or where"
              + " --out and --plots say (with --out alone nothing is drawn)")
  private boolean all;

  @Option(
      names = "--defaults",
      description =
          "the default sets instead, of gelu and silu in fp32, bf16 and fp16; writes and draws"
              + " as --all does, and takes none of the options on how to fit")
  private boolean defaults;

  @Option(names = "--form", paramLabel = "FAMILY", description = "forms to fit: paper (default)")
  private FormFamily family = FormFamily.PAPER;

  @Option(
      names = "--objective",
      paramLabel = "OBJECTIVE",
      description = "what is minimised: least-squares (default)")
  private Objective objective = Objective.LEAST_SQUARES;

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
  private Sampling sampling = Design.DEFAULT.sampling();

  @Option(
      names = "--points",
      paramLabel = "N",
      description = "samples over the range, or with uniform-y on each branch; default 20001")
  private int points = Design.DEFAULT.points();

  @Option(
      names = "--range",
      paramLabel = "LO:HI",
      converter = RangeConverter.class,
      description = "inputs sampled, ends included; default -10:10")
  private Range range = new Range(Design.DEFAULT.low(), Design.DEFAULT.high());

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
    boolean whole = all || defaults;
    Path coefficientFolder = out == null && whole ? SetArguments.FOLDER : out;
    Path plotFolder =
        plots == null && whole && out == null && !noPlots ? PlotCommand.FOLDER : plots;
    FitJob job = defaults ? null : job();
    if (coefficientFolder != null) {
      AtomicFile.requireWritableDirectory(coefficientFolder);
    }
    if (plotFolder != null) {
      AtomicFile.requireWritableDirectory(plotFolder);
      Figures.prepare();
    }
    List<CoefficientSet> sets = defaults ? fitDefaults() : fit(job);
    keep(sets, coefficientFolder, plotFolder);
    return 0;
  }

  private List<CoefficientSet> fit(FitJob job) {
    List<FitJob.Result> fits;
    try (Progress progress = Progress.of("fitting", job.pieces().size())) {
      fits = job.run(progress::step);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    List<CoefficientSet> sets = new ArrayList<>(job.sets(fits));
    if (all) {
      for (Activation activation : Activations.paper()) {
        PublishedCoefficients.of(activation).ifPresent(sets::add);
      }
    }
    PrintWriter results = spec.commandLine().getOut();
    if (json) {
      results.print(FitReport.json(fits));
    } else {
      FitReport.table(fits, results);
    }
    results.flush();
    spec.commandLine()
        .getErr()
        .println("seed " + seed + ", " + starts + " starts, " + describe(job.design()));
    return sets;
  }

  private List<CoefficientSet> fitDefaults() {
    List<Activation> activations =
        names.isEmpty() && expression == null ? Activations.all() : activations();
    List<CoefficientSet> sets;
    try (Progress progress = Progress.of("fitting", DefaultSets.count(activations))) {
      sets = DefaultSets.fit(activations, progress::step);
    }
    FitReport.sets(sets, spec.commandLine().getOut());
    spec.commandLine().getOut().flush();
    return sets;
  }

  private void keep(List<CoefficientSet> sets, Path coefficientFolder, Path plotFolder)
      throws IOException {
    PrintWriter messages = spec.commandLine().getErr();
    if (coefficientFolder == null) {
      messages.println("no file written: --out DIR keeps the coefficient sets");
    } else {
      for (CoefficientSet set : sets) {
        CoefficientWriter.write(set, coefficientFolder);
      }
      messages.println(sets.size() + " coefficient sets in " + coefficientFolder);
    }
    if (plotFolder != null) {
      List<Figure> figures = defaults ? DefaultFigures.of(sets) : Figures.of(sets);
      Figures.write(figures, plotFolder, ImageFormat.PNG);
      messages.println(figures.size() + " figures in " + plotFolder);
    }
  }

  private void requireOneSelection() {
    if ((expression == null) != (name == null)) {
      throw new ParameterException(
          spec.commandLine(), "--expr and --name go together: a function needs a name");
    }
    boolean named = expression != null || !names.isEmpty();
    int selections = (all ? 1 : 0) + (defaults ? 1 : 0) + (named ? 1 : 0);
    if (selections != 1) {
      throw new ParameterException(
          spec.commandLine(),
          selections == 0
              ? "name activations (" + known() + "), give --expr, or say --all or --defaults"
              : "name activations, or say --all, or --defaults: one of the three");
    }
    if (defaults) {
      for (String option : PAPER_OPTIONS) {
        if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
          throw new ParameterException(
              spec.commandLine(), "--defaults takes no " + option + ": how it fits is fixed");
        }
      }
    }
  }

  private FitJob job() {
    try {
      List<Activation> activations = activations();
      return new FitJob(
          pieces(activations),
          family,
          new Design(sampling, points, range.low(), range.high()),
          new BranchFitter().withStarts(starts).withSeed(seed));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private List<Activation> activations() {
    if (all) {
      return Activations.paper();
    }
    List<Activation> activations =
        new ArrayList<>(names.stream().map(Activations::of).distinct().toList());
    if (expression != null) {
      activations.add(CustomActivation.of(name, expression));
    }
    return activations;
  }

  /** All targets of the activations, or the one asked for. */
  private List<FitJob.PieceToFit> pieces(List<Activation> activations) {
    List<FitJob.PieceToFit> pieces = FitJob.pieces(activations);
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

  private static String known() {
    return String.join(", ", Activations.names());
  }

  private static String describe(Design design) {
    return design.points()
        + (design.sampling() == Sampling.UNIFORM_Y ? " points a branch, " : " points, ")
        + design.sampling().label()
        + ", range "
        + design.low()
        + ":"
        + design.high();
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
