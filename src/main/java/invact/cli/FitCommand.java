package invact.cli;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.PublishedCoefficients;
import invact.fit.FitRequest;
import invact.plot.internal.Figures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code invact fit}: refits the paper's forms or the default sets; subcommands fit otherwise. */
@Command(
    name = "fit",
    description = {
      "Fits the approximators of activations: the paper's forms, by least squares on 20001 inputs"
          + " uniform on [-10, 10].",
      "The subcommands fit any form, each by its method, and 'data' fits a model of yours to points"
          + " of yours; 'invact fit COMMAND --help' tells more."
    },
    subcommands = {
      FitLeastSquaresCommand.class,
      FitMinimaxCommand.class,
      FitConditionalMeanCommand.class,
      FitDataCommand.class
    },
    footer = {
      "  invact fit --all",
      "  invact fit --defaults",
      "  invact fit --defaults swish-1.5 --out my-coefficients",
      "  invact fit gelu silu",
      "  invact fit mish swish-1.5 --out my-coefficients",
      "  invact fit --expr 'x*tanh(softplus(x))' --name my_mish --out my-coefficients",
      "  invact fit least-squares silu --target sigmoid --points 5001 --range=-8:8",
      "  invact fit minimax gelu --form root-rational-5-5-about-0.41,root-gauss-4",
      "  invact fit conditional-mean silu --dtype bf16 --out my-coefficients",
      "  invact fit data points.csv --model 'a*exp(-b*x)+c' --start a=1,b=0.5,c=0",
      "",
      "--all writes the published sets too, so that all sets stand side by side.",
      "Where activations are named, files are written only where --out or --plots says."
    })
final class FitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ActivationArguments arguments;

  @ArgGroup private Selection selection = new Selection();

  @Mixin private FitOutput output;

  /** Sets that are fitted together. */
  static final class Selection {
    @Option(
        names = "--all",
        description =
            "gelu and silu, all their targets; writes to coefficients/ and draws to plots/, or"
                + " where --out and --plots say (with --out alone nothing is drawn)")
    private boolean all;

    @Option(
        names = "--defaults",
        description =
            "the default sets instead, in fp32, bf16 and fp16, of the activations named; or if"
                + " none is, of all, writing and drawing as --all does")
    private boolean defaults;
  }

  @Override
  public Integer call() throws IOException {
    requireOneSelection();
    if (selection.defaults) {
      boolean isWhole = !arguments.given();
      List<Activation> activations = isWhole ? Activations.all() : arguments.load();
      return output.run(
          activations,
          isWhole,
          announced -> DefaultsReport.fit(activations, announced),
          UnaryOperator.identity(),
          DefaultFigures::of);
    }
    List<Activation> activations = selection.all ? Activations.paper() : arguments.load();
    FitRequest request =
        new FitRequest(
            activations, FitRequest.LeastSquares.DEFAULT, Optional.empty(), Optional.empty());
    return output.run(
        activations,
        selection.all,
        announced -> FitReport.of(request),
        sets -> selection.all ? withPublished(sets) : sets,
        Figures::of);
  }

  private static List<CoefficientSet> withPublished(List<CoefficientSet> fitted) {
    List<CoefficientSet> sets = new ArrayList<>(fitted);
    for (Activation activation : Activations.paper()) {
      PublishedCoefficients.of(activation).ifPresent(sets::add);
    }
    return sets;
  }

  /** What stands before the name of a subcommand would be dropped silently. */
  static void requireNothingBefore(CommandSpec subcommand) {
    if (!subcommand.parent().commandLine().getParseResult().matchedArgs().isEmpty()) {
      throw new ParameterException(
          subcommand.commandLine(),
          "activations and options go behind '" + subcommand.qualifiedName() + "'");
    }
  }

  private void requireOneSelection() {
    boolean named = arguments.given();
    if (selection.all && named) {
      throw new ParameterException(
          spec.commandLine(), "say --all, or name activations: --all goes without names");
    }
    if (!selection.all && !selection.defaults && !named) {
      throw new ParameterException(
          spec.commandLine(),
          "name activations ("
              + ActivationArguments.known()
              + "), give --expr, or say --all or --defaults");
    }
  }
}
