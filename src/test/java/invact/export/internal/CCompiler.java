package invact.export.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.Required;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A C or C++ compiler of this machine. */
record CCompiler(String command) {
  /** All warnings that must not occur. */
  static final List<String> STRICT =
      List.of("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror");

  /** gcc, without which the test is skipped. */
  static CCompiler gcc() {
    CCompiler gcc = new CCompiler("gcc");
    Required.found("cc", gcc.isThere(), "there is no gcc on the PATH: install gcc and g++");
    return gcc;
  }

  boolean isThere() {
    try {
      return run(Path.of("."), List.of("--version")).code == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Compiles, and demands that it goes without a word. */
  void compile(Path folder, List<String> arguments) throws IOException {
    Run run = run(folder, arguments);
    assertEquals("", run.output, () -> command + " " + arguments);
    assertEquals(0, run.code);
  }

  Run run(Path folder, List<String> arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(arguments);
    Path output = Files.createTempFile("compiler", ".txt");
    try {
      int code =
          new ProcessBuilder(words)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start()
              .waitFor();
      return new Run(code, Files.readString(output));
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      Files.delete(output);
    }
  }

  /** How a compiler ended and what it said. */
  record Run(int code, String output) {}
}
