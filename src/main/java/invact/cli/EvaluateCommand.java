package invact.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code invact evaluate}. */
@Command(name = "evaluate")
final class EvaluateCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 0;
  }
}
