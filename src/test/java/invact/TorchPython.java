package invact;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Python with torch, Triton and pytest: {@code -Dinvact.python=PROGRAM}, by default that of a
 * virtual environment in {@code target/python}, made from src/test/python/requirements.txt, else
 * {@code python3}.
 *
 * <p>It runs on one thread, without a graphics card, with Triton's interpreter, and finds the
 * module of src/main/python.
 */
public final class TorchPython {
  private static final Path BASE = Path.of(System.getProperty("invact.basedir", "."));

  /** The folder of the tests in Python. */
  public static final Path TESTS = BASE.resolve("src/test/python");

  private TorchPython() {}

  /**
   * What a run gave.
   *
   * @param status its exit status, −1 if there is no such program
   * @param output all that it printed
   */
  public record Run(int status, String output) {}

  /** Goes on only if Python and the packages are there. */
  public static void require() throws InterruptedException {
    int status = run(TESTS, "-c", "import numpy, pytest, torch, triton").status();
    Required.found(
        "torch",
        status == 0,
        "there is no torch, triton or pytest for "
            + program()
            + ": python3 -m venv target/python && target/python/bin/pip install -r "
            + "src/test/python/requirements.txt");
  }

  /**
   * Runs Python.
   *
   * @param folder the working directory
   * @param arguments what follows the program's name
   * @return what it gave
   */
  public static Run run(Path folder, String... arguments) throws InterruptedException {
    try {
      File output = File.createTempFile("invact", ".txt");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(Stream.concat(Stream.of(program()), Stream.of(arguments)).toList())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output);
        builder
            .environment()
            .put("PYTHONPATH", BASE.resolve("src/main/python").toAbsolutePath().toString());
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("TRITON_INTERPRET", "1");
        builder.environment().put("CUDA_VISIBLE_DEVICES", "");
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = builder.start();
        assertTrue(process.waitFor(5, TimeUnit.MINUTES), "still running: " + List.of(arguments));
        return new Run(process.exitValue(), Files.readString(output.toPath()));
      } finally {
        Files.delete(output.toPath());
      }
    } catch (IOException e) {
      return new Run(-1, e.getMessage());
    }
  }

  private static String program() {
    Path own = BASE.resolve("target/python/bin/python3").toAbsolutePath();
    return System.getProperty(
        "invact.python", Files.isExecutable(own) ? own.toString() : "python3");
  }
}
