package invact.cli;

import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.expression.Expression;
import invact.certify.internal.CertificateException;
import invact.coefficients.CoefficientException;
import invact.export.ExportException;
import invact.export.internal.ExportTarget;
import invact.fit.FitException;
import invact.fit.FitRequest;
import invact.internal.bench.Benchmark;
import invact.internal.bench.BenchmarkException;
import invact.internal.io.Failure;
import invact.internal.io.Printable;
import invact.memory.internal.MemoryException;
import invact.memory.internal.Mode;
import invact.memory.internal.Optimizer;
import invact.numeric.Dtype;
import invact.plot.internal.Chart;
import invact.plot.internal.ImageFormat;
import invact.sampling.Density;
import invact.sampling.internal.Sampling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.InvalidPathException;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

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
      CertifyCommand.class,
      CompareCommand.class,
      PlotCommand.class,
      ChartCommand.class,
      ExportCommand.class,
      MemoryCommand.class,
      BenchCommand.class,
      DoctorCommand.class,
      ListCommand.class,
      HelpCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  invact fit --all                 refit all, write coefficients/ and plots/",
      "  invact fit silu                  print one refit, write nothing",
      "  invact search gelu               forms of all kinds: error against cost",
      "  invact evaluate --all            errors in fp64, fp32, bf16 and fp16",
      "  invact certify gelu-fp32         prove its largest errors",
      "  invact compare gelu-paper gelu-published",
      "                                   what differs between two sets",
      "  invact plot gelu-published       draw the figures of one set",
      "  invact chart runs.csv --x step --y loss --series run --out runs.png",
      "                                   draw a table of measurements",
      "  invact export gelu-bf16 --target c --out gelu.h",
      "                                   one set as a C header",
      "  invact memory config.json --batch 1 --seq 4096",
      "                                   what a training step keeps, before it runs",
      "  invact bench                     how fast the runtime is on this machine",
      "  invact doctor                    what it finds here, and what is missing",
      "  invact list                      what there is to work with",
      "  invact help COMMAND              all options of a command"
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
    commandLine.registerConverter(Mode.class, labelled(Mode::of));
    commandLine.registerConverter(Optimizer.class, labelled(Optimizer::of));
    commandLine.registerConverter(Sampling.class, labelled(Sampling::of));
    commandLine.registerConverter(
        FitRequest.BranchForms.class, labelled(FitRequest.BranchForms::of));
    commandLine.registerConverter(Branch.class, labelled(Branch::of));
    commandLine.registerConverter(Density.class, labelled(Density::of));
    commandLine.registerConverter(Target.class, labelled(Target::of));
    commandLine.registerConverter(Expression.class, labelled(Expression::withParameters));
    commandLine.registerConverter(Dtype.class, labelled(Dtype::of));
    commandLine.registerConverter(ImageFormat.class, labelled(ImageFormat::of));
    commandLine.setExecutionStrategy(InvactCommand::execute);
    commandLine.setExecutionExceptionHandler(InvactCommand::report);
    commandLine.setParameterExceptionHandler(InvactCommand::reportUsage);
    return commandLine;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to do: " + String.join(", ", spec.subcommands().keySet()));
  }

  private static <T> ITypeConverter<T> labelled(Function<String, T> parser) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException | FitException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }

  /** Runs the command, or answers {@code --version}: picocli asks each command for its version. */
  private static int execute(ParseResult result) {
    CommandLine command = result.asCommandLineList().getLast();
    int exitCode = new RunLast().execute(result);
    if (command.isVersionHelpRequested()) {
      for (Diagnosis diagnosis : Diagnosis.versions()) {
        command.getOut().println(diagnosis.part() + ": " + diagnosis.detail());
      }
      command.getOut().flush();
    }
    return exitCode;
  }

  private static int reportUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command.getErr().println("invact: " + Printable.line(e.getMessage() + suggestion(e)));
    command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static void fail(CommandLine command, String reason) {
    command.getErr().println("invact: " + Printable.line(reason));
  }

  /** The command or option that a word that is none was meant to be. */
  private static String suggestion(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    String word = unmatched.getUnmatched().getFirst();
    CommandSpec command = e.getCommandLine().getCommandSpec();
    return Nearest.question(
        word,
        word.startsWith("-") ? command.optionsMap().keySet() : command.subcommands().keySet());
  }

  /** Failures of the work are told in one line; anything else is a bug, and shows where it is. */
  private static int report(Exception e, CommandLine command, ParseResult parseResult) {
    switch (e) {
      case FitException wrong when wrong.isWrongRequest() -> {
        return reportUsage(new ParameterException(command, wrong.getMessage(), wrong), null);
      }
      case InvalidPathException wrong -> {
        return reportUsage(
            new ParameterException(command, "no file has this name: " + wrong.getMessage(), wrong),
            null);
      }
      case CertificateException _,
          CoefficientException _,
          ExportException _,
          FitException _,
          BenchmarkException _,
          MemoryException _ ->
          fail(command, e.getMessage());
      case IOException failure -> fail(command, Failure.line(failure));
      case UncheckedIOException wrapped -> fail(command, Failure.line(wrapped.getCause()));
      case DirectoryIteratorException wrapped -> fail(command, Failure.line(wrapped.getCause()));
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
