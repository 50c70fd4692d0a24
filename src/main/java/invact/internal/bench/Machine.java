package invact.internal.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The machine in words, for beside its figures. */
public final class Machine {
  /** Where Linux tells what the processors are. */
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private Machine() {}

  /**
   * The processors.
   *
   * @return their number, architecture, and model where the system tells
   */
  public static String processors() {
    String model = model();
    return Runtime.getRuntime().availableProcessors()
        + " x "
        + System.getProperty("os.arch")
        + (model.isEmpty() ? "" : ", " + model);
  }

  /**
   * The Java virtual machine.
   *
   * @return its version and name
   */
  public static String java() {
    return Runtime.version() + ", " + System.getProperty("java.vm.name");
  }

  private static String model() {
    if (!Files.isReadable(PROCESSORS)) {
      return "";
    }
    try (Stream<String> lines = Files.lines(PROCESSORS)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }
}
