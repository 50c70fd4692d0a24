package invact.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import picocli.CommandLine;

/**
 * Any command line ends with 0, 1 or 2 and says why in one line. An input is text: the arguments,
 * separated by spaces ('_' stands for a space in one), and below them what is in the file t.csv.
 * Commands that fit, measure or load all sets are parsed only.
 */
class CommandLineFuzzTest {
  private static final Set<String> QUICK = Set.of("invact", "list", "help", "export", "chart");

  private static final Path TABLE = Path.of("t.csv");

  /** No table is larger: drawing takes time. */
  private static final int LONGEST = 2000;

  private String written = "";

  @BeforeEach
  void clear() throws IOException {
    clean();
  }

  @DictionaryEntries({
    "--x ",
    "--y ",
    "--out ",
    "--kind bar",
    "--kind step",
    "--series ",
    "--panel ",
    "--line ",
    "--where ",
    "--reference ",
    "--show ratio",
    "--show difference",
    "--density",
    "--smooth 3",
    "--x-range ",
    "--y-range ",
    "--title ",
    "--panel-height ",
    "t.csv",
    "t.png",
    "t.svg",
    "export ",
    "chart ",
    "help ",
    "--target c",
    "--target pytorch",
    "--help",
    "--version",
    "--json"
  })
  @FuzzTest
  void aCommandLineEndsInOrder(byte[] input) throws IOException {
    String[] parts = new String(input, StandardCharsets.UTF_8).split("\n", 2);
    String[] args =
        Arrays.stream(parts[0].split(" ", -1))
            .map(arg -> arg.replace('_', ' '))
            .toArray(String[]::new);
    String table = parts.length == 2 ? parts[1] : "";
    if (reachesOtherFiles(args) || table.length() > LONGEST) {
      return;
    }
    if (!table.equals(written)) {
      Files.writeString(TABLE, table);
      written = table;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(
            InvactCommand.commandLine().setExecutionStrategy(CommandLineFuzzTest::runIfQuick),
            new StandardStream(out, StandardCharsets.UTF_8),
            new StandardStream(err, StandardCharsets.UTF_8),
            args);
    require(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    clean();
  }

  private static void require(int exitCode, String out, String err) {
    String both = "exit code " + exitCode + "\n" + out + "\n" + err;
    assertTrue(both.chars().noneMatch(c -> c < ' ' && c != '\n' || c >= 0x7F && c <= 0x9F), both);
    switch (exitCode) {
      case 0 -> assertEquals("", err);
      case 1, 2 -> {
        assertEquals("", out);
        List<String> lines = err.lines().toList();
        assertTrue(lines.getFirst().startsWith("invact: "), both);
        assertTrue(lines.getFirst().length() > "invact: ".length(), both);
        assertEquals(exitCode, lines.size(), both);
        assertTrue(exitCode == 1 || lines.get(1).startsWith("Try 'invact"), both);
      }
      default -> throw new AssertionError(both);
    }
  }

  private static int runIfQuick(CommandLine.ParseResult parsed) {
    CommandLine.ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    boolean isQuick =
        QUICK.contains(last.commandSpec().name())
            && !last.hasMatchedOption("--all")
            && !last.hasMatchedOption("--hf-kernel");
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    return isQuick ? new CommandLine.RunLast().execute(parsed) : 0;
  }

  /** Other folders are left alone; and @FILE is picocli's, which reads arguments from a file. */
  private static boolean reachesOtherFiles(String... args) {
    return Arrays.stream(args)
        .anyMatch(arg -> arg.contains("/") || arg.contains("..") || arg.startsWith("@"));
  }

  /** Removes what commands have written to the working folder. */
  private void clean() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    // Run otherwise than by the build, this would empty a checkout.
    if (!here.endsWith(Path.of("target", "fuzz"))) {
      throw new IllegalStateException(
          "commands are fuzzed in target/fuzz, not in " + here + ": run mvn verify");
    }
    try (Stream<Path> files = Files.list(Path.of(""))) {
      for (Path file : files.toList()) {
        String name = file.toString();
        if (!file.equals(TABLE) && !name.startsWith(".") && !name.startsWith("crash-")) {
          try (Stream<Path> tree = Files.walk(file)) {
            for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
              Files.delete(each);
            }
          }
        }
      }
    }
  }
}
