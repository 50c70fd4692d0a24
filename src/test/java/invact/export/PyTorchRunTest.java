package invact.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.Required;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The quick part of {@code src/test/python}: the committed module's kernels of two sets, in
 * Triton's interpreter, over all 16-bit inputs; {@code pytest} in src/test/python runs the rest.
 *
 * <p>It needs Python with torch, Triton and pytest: {@code -Dinvact.python=PROGRAM}, by default
 * that of a virtual environment in {@code target/python}, made from
 * src/test/python/requirements.txt, else {@code python3}.
 */
class PyTorchRunTest {
  private static final Path BASE = Path.of(System.getProperty("invact.basedir", "."));
  private static final String TESTS = "src/test/python";

  @BeforeAll
  static void torchIsThere() throws Exception {
    int status = run("-c", "import numpy, pytest, torch, triton").status();
    Required.found(
        "torch",
        status == 0,
        "there is no torch, triton or pytest for "
            + python()
            + ": python3 -m venv target/python && target/python/bin/pip install -r "
            + TESTS
            + "/requirements.txt");
  }

  @Test
  void kernelsGiveWhatTheSetsSay() throws Exception {
    Run run =
        run(
            "-m",
            "pytest",
            "-q",
            "-W",
            "ignore::RuntimeWarning",
            "test_kernels.py",
            "-k",
            "gelu-bf16 and not gated or silu-fp16 and not gated");
    assertEquals(0, run.status(), run.output());
    assertTrue(run.output().contains(" passed"), run.output());
  }

  private record Run(int status, String output) {}

  private static String python() {
    Path own = BASE.resolve("target/python/bin/python3").toAbsolutePath();
    return System.getProperty(
        "invact.python", Files.isExecutable(own) ? own.toString() : "python3");
  }

  /** Runs Python in the folder of the tests, on one thread, without a card. */
  private static Run run(String... arguments) throws Exception {
    File output = File.createTempFile("invact", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(
                  Stream.concat(Stream.of(python()), List.of(arguments).stream()).toList())
              .directory(BASE.resolve(TESTS).toFile())
              .redirectErrorStream(true)
              .redirectOutput(output);
      builder.environment().put("OMP_NUM_THREADS", "1");
      builder.environment().put("TRITON_INTERPRET", "1");
      builder.environment().put("CUDA_VISIBLE_DEVICES", "");
      builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
      Process process = builder.start();
      assertTrue(process.waitFor(5, TimeUnit.MINUTES), "still running: " + List.of(arguments));
      return new Run(process.exitValue(), Files.readString(output.toPath()));
    } catch (IOException e) {
      return new Run(-1, e.getMessage());
    } finally {
      Files.delete(output.toPath());
    }
  }
}
