package invact.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches stdout, stderr and the terminal, and what is said if it cannot. */
class StandardStreamTest {
  @TempDir private Path folder;

  private record Run(int exitCode, String err) {}

  private static Run run(String failure, String... args) {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(failure);
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(
            new StandardStream(broken, StandardCharsets.UTF_8),
            new StandardStream(err, StandardCharsets.UTF_8),
            args);
    return new Run(exitCode, err.toString(StandardCharsets.UTF_8));
  }

  /** Each exited with 0. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "help",
        "help fit",
        "fit --help",
        "list",
        "doctor",
        "fit least-squares gelu --json --points 201",
        "evaluate gelu-paper --dtype fp64",
        "evaluate gelu-paper --dtype fp64 --json",
        "export gelu-paper --target c --out -"
      })
  void whatCannotBeWrittenIsAFailure(String command) {
    Run run = run("No space left on device", command.split(" "));
    assertEquals(1, run.exitCode, run.err);
    assertTrue(
        run.err.endsWith("invact: cannot write to stdout: No space left on device\n"), run.err);
    assertEquals(1, run.err.lines().filter(line -> line.startsWith("invact: ")).count(), run.err);
    assertEquals(0, run("Broken pipe", command.split(" ")).exitCode, "as of | head -1");
    assertFalse(run("Broken pipe", command.split(" ")).err.contains("Broken"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDeviceIsAFailure() throws Exception {
    assertEquals(
        "invact: cannot write to stdout: No space left on device\n",
        child(List.of(), new File("/dev/full"), 1, "list"));
  }

  @Test
  void controlCharactersOfArgumentsAreEscaped() {
    for (String[] command :
        new String[][] {
          {"evaluate", "\u001b[31mred\u0007\nline"},
          {"evaluate", "\u009b31m.json"},
          {"fit", "gelu\u001b]0;title\u0007"},
          {"\u001b[2J"},
          {"fit", "gelu", "--\u001b[2J"},
          {"fit", "--expr", "x*\u001b", "--name", "f"},
          {"plot", "gelu-paper", "--format", "\u001b"}
        }) {
      String err = run("", command).err;
      assertTrue(err.startsWith("invact: "), err);
      assertTrue(err.lines().count() <= 2, err);
      err.chars().forEach(c -> assertTrue(c == '\n' || !Character.isISOControl(c), err));
    }
  }

  @Test
  void controlCharactersOfFoldersAreEscaped() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StandardStream stream = new StandardStream(out, StandardCharsets.UTF_8);
    stream.lines().println("figures\u001b[31m/𝒻.png\tγ");
    assertEquals("figures\\u001b[31m/𝒻.png\tγ\n", out.toString(StandardCharsets.UTF_8));
  }

  /** Arabic digits came out under an Arabic locale. */
  @Test
  void digitsDoNotFollowTheLocale() throws Exception {
    List<String> arabic = List.of("-Duser.language=ar", "-Duser.country=EG");
    Path out = folder.resolve("out");
    String err =
        child(arabic, out.toFile(), 0, "fit", "least-squares", "gelu", "silu", "--points", "2001");
    String text = err + Files.readString(out);
    assertTrue(text.contains("16/16"), text);
    text.chars().filter(Character::isDigit).forEach(c -> assertTrue(c <= '9', text));
    err = child(arabic, out.toFile(), 2, "fit", "least-squares", "gelu", "--points", "5");
    err.chars().filter(Character::isDigit).forEach(c -> assertTrue(c <= '9', text));
  }

  @Test
  void aMissingTemporaryFolderIsOneLine() throws Exception {
    Path missing = folder.resolve("missing");
    Path out = folder.resolve("out");
    List<String> options = List.of("-Djava.io.tmpdir=" + missing);
    String figures = folder.resolve("figures").toString();
    String err = child(options, out.toFile(), 1, "plot", "gelu-paper", "--out", figures);
    // The JDK has a line of its own about a folder that is named so.
    List<String> ours = err.lines().filter(line -> !line.startsWith("WARNING: ")).toList();
    assertEquals(
        List.of(
            "invact: cannot load the font of the figures: no temporary file in "
                + missing
                + ": there is no such file or folder; name another folder by"
                + " INVACT_JAVA_OPTS=-Djava.io.tmpdir=DIR"),
        ours);
    String sets = folder.resolve("sets").toString();
    child(options, out.toFile(), 0, "fit", "gelu", "--out", sets);
  }

  /** Runs a command in a process of its own; gives what it wrote to stderr. */
  private String child(List<String> options, File out, int exitCode, String... args)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    String path =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
    command.addAll(List.of("-cp", path, "invact.cli.Main"));
    command.addAll(List.of(args));
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out)
            .redirectError(err.toFile())
            .start();
    int found = process.waitFor();
    assertEquals(exitCode, found, Files.readString(err));
    return Files.readString(err);
  }
}
