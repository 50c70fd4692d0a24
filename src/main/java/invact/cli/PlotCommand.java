package invact.cli;

import invact.coefficient.CoefficientSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code invact plot}. */
@Command(name = "plot")
final class PlotCommand implements Callable<Integer> {
  static final List<String> DEFAULT_FORMATS = List.of("png");

  @Override
  public Integer call() {
    return 0;
  }

  static int draw(List<CoefficientSet> sets, Path folder, List<String> formats) throws IOException {
    return 0;
  }
}
