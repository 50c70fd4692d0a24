package invact.cli;

/** The program {@code invact}. */
final class Main {
  private Main() {}

  /**
   * Runs one command and exits with its code: 0 done, 1 the work failed, 2 wrong usage.
   *
   * @param args the command line
   */
  static void main(String[] args) {
    System.exit(InvactCommand.commandLine().execute(args));
  }
}
