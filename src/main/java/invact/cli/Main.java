package invact.cli;

import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;

/** The program {@code invact}. */
final class Main {
  private Main() {}

  /**
   * Runs one command and exits with its code: 0 done, 1 the work failed, 2 wrong usage.
   *
   * @param args the command line
   */
  static void main(String[] args) {
    // Digits and decimal points are the same everywhere.
    Locale.setDefault(Locale.ROOT);
    System.exit(run(StandardStream.out(), StandardStream.err(), args));
  }

  /** Runs one command; results that cannot be written are a failure. */
  static int run(StandardStream out, StandardStream err, String... args) {
    return run(InvactCommand.commandLine(), out, err, args);
  }

  /** The same of a command line that was prepared. */
  static int run(CommandLine commandLine, StandardStream out, StandardStream err, String... args) {
    commandLine.setOut(out.lines()).setErr(err.lines());
    int exitCode = commandLine.execute(args);
    commandLine.getOut().flush();
    Optional<String> failure = out.finish();
    failure.ifPresent(
        reason -> commandLine.getErr().println("invact: cannot write to stdout: " + reason));
    err.finish();
    return failure.isPresent() && exitCode == 0 ? 1 : exitCode;
  }
}
