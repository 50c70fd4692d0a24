package invact.cli;

import invact.activation.Branch;
import invact.activation.Target;
import invact.bench.Benchmark;
import invact.bench.BenchmarkException;
import invact.coefficient.CoefficientException;
import invact.export.ExportException;
import invact.export.ExportTarget;
import invact.fit.FitException;
import invact.fit.FormFamily;
import invact.fit.Objective;
import invact.math.FloatFormat;
import invact.plot.Chart;
import invact.plot.ImageFormat;
import invact.samples.Density;
import invact.samples.Sampling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The root command. */
@Command(
    name = "invact",
    description =
        "Inverted activations: fits, stores, measures and plots approximators of f'(f^-1(y)), with"
            + " which a network under training keeps an activation's output and not its input.",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = InvactCommand.Version.class,
    subcommands = {
      FitCommand.class,
      SearchCommand.class,
      EvaluateCommand.class,
      PlotCommand.class,
      ChartCommand.class,
      ExportCommand.class,
      BenchCommand.class,
      DoctorCommand.class,
      ListCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  invact fit --all                 refit all, write coefficients/ and plots/",
      "  invact fit silu --target sigmoid print one refit, write nothing",
      "  invact search gelu               forms of all kinds: error against cost",
      "  invact evaluate --all            errors in fp64, fp32, bf16 and fp16",
      "  invact plot gelu-published       draw the figures of one set",
      "  invact chart runs.csv --x step --y loss --series run --out runs.png",
      "                                   draw a table of measurements",
      "  invact export gelu-bf16 --target c --out gelu.h",
      "                                   one set as a C header",
      "  invact bench                     how fast the runtime is on this machine",
      "  invact doctor                    what it finds here, and what is missing",
      "  invact list                      what there is to work with"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:the work failed", "2:wrong usage"})
final class InvactCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** The whole command line, ready to execute. */
  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new InvactCommand());
    commandLine.registerConverter(Chart.Kind.class, labelled(Chart.Kind::of));
    commandLine.registerConverter(Chart.Show.class, labelled(Chart.Show::of));
    commandLine.registerConverter(Chart.Range.class, labelled(ChartCommand::range));
    commandLine.registerConverter(Benchmark.class, labelled(Benchmark::of));
    commandLine.registerConverter(ExportTarget.class, labelled(ExportTarget::of));
    commandLine.registerConverter(Sampling.class, labelled(Sampling::of));
    commandLine.registerConverter(Objective.class, labelled(Objective::of));
    commandLine.registerConverter(FormFamily.class, labelled(FormFamily::of));
    commandLine.registerConverter(Branch.class, labelled(Branch::of));
    commandLine.registerConverter(Density.class, labelled(Density::of));
    commandLine.registerConverter(Target.class, labelled(Target::of));
    commandLine.registerConverter(FloatFormat.class, labelled(FloatFormat::of));
    commandLine.registerConverter(ImageFormat.class, labelled(ImageFormat::of));
    commandLine.setExecutionExceptionHandler(InvactCommand::report);
    commandLine.setParameterExceptionHandler(InvactCommand::reportUsage);
    return commandLine;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "say what to do: fit, search, evaluate, plot, chart, export, bench, doctor or list");
  }

  private static <T> ITypeConverter<T> labelled(Function<String, T> parser) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }

  private static int reportUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command.getErr().println("invact: " + e.getMessage());
    command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  /** Failures of the work are told in one line; anything else is a bug, and shows where it is. */
  private static int report(Exception e, CommandLine command, CommandLine.ParseResult parseResult) {
    switch (e) {
      case CoefficientException _,
          ExportException _,
          FitException _,
          BenchmarkException _,
          IOException _ ->
          command.getErr().println("invact: " + e.getMessage());
      case UncheckedIOException wrapped ->
          command.getErr().println("invact: " + wrapped.getCause().getMessage());
      default -> e.printStackTrace(command.getErr());
    }
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  /** The version that the jar's manifest names. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"invact " + number()};
    }

    static String number() {
      String version = InvactCommand.class.getPackage().getImplementationVersion();
      return version == null ? "(not packaged)" : version;
    }
  }
}
