package invact.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartCommandTest {
  @TempDir private Path folder;
  private Path table;

  @BeforeEach
  void table() throws Exception {
    table =
        Files.writeString(
            folder.resolve("runs.csv"),
            "run,seed,step,loss\n"
                + "a,1,0,4\na,1,10,2\na,2,0,4.2\na,2,10,2.4\nb,1,0,4.1\nb,1,10,1.9\n");
  }

  private CommandTest.Run chart(String out, String... options) {
    return CommandTest.run(
        Stream.concat(
                Stream.of(
                    "chart",
                    table.toString(),
                    "--x",
                    "step",
                    "--y",
                    "loss",
                    "--series",
                    "run",
                    "--out",
                    folder.resolve(out).toString()),
                Stream.of(options))
            .toArray(String[]::new));
  }

  @Test
  void writesThePictureAndNamesIt() throws Exception {
    for (String out : List.of("new/runs.png", "runs.svg")) {
      Path file = folder.resolve(out);
      String[] options = {"--line", "seed", "--reference", "a", "--show", "value,difference"};
      assertEquals(new CommandTest.Run(0, file + System.lineSeparator(), ""), chart(out, options));
      byte[] first = Files.readAllBytes(file);
      Files.delete(file);
      chart(out, options);
      assertArrayEquals(first, Files.readAllBytes(file));
    }
    assertTrue(Files.readString(folder.resolve("runs.svg")).startsWith("<?xml"));
  }

  @Test
  void whatTheTableLacksIsOneLineAndNothingIsWritten() throws Exception {
    CommandTest.assertFailure(
        chart("x.png"),
        table
            + ", line 4, column 'step': '0' is in line 2 too, for the same series and panel: choose"
            + " lines, or name the column that tells them apart");
    CommandTest.assertFailure(
        chart("x.png", "--panel", "model"),
        table + ": has no column 'model': there is run, seed, step, loss");
    CommandTest.assertFailure(
        chart("x.png", "--line", "seed", "--where", "run=a,c"),
        table + ": no line has 'c' in column 'run': there is a, b");
    CommandTest.assertFailure(
        chart("x.png", "--line", "seed", "--reference", "c"),
        table + ": no line has 'c' in column 'run': there is a, b");
    CommandTest.Run run = chart("x.png", "--where", "run");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().startsWith("invact: --where run: say COLUMN=VALUE"), run.err());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(table), files.toList());
    }
  }

  /** The root of a file system has no name, and a name may have several lines. */
  @Test
  void namesOfFilesAreToldInOneLine() throws Exception {
    CommandTest.Run run = CommandTest.run("chart", "t.csv", "--x", "a", "--y", "b", "--out", "/");
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().startsWith("invact: unknown image format ''"), run.err());

    Path table = Files.writeString(folder.resolve("t.csv"), "a,b\n1,2\n2,3\n");
    Path picture = folder.resolve("two\nlines.svg");
    run =
        CommandTest.run(
            "chart", table.toString(), "--x", "a", "--y", "b", "--out", picture.toString());
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(folder.resolve("two") + "\\u000alines.svg\n", run.out());
    assertTrue(Files.exists(picture));
  }
}
