package invact.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The documents are right: every command runs, every snippet compiles, every link leads somewhere.
 *
 * <p>A command is an indented line; all of them are parsed, and those that do not begin as in
 * {@link #NOT_RUN} run, document by document, in a temporary folder. Other text stands in blocks
 * fenced with the name of its language. {@code test_documents.py} runs the blocks in Python.
 */
class DocumentsTest {
  private static final Path BASE =
      Path.of(System.getProperty("invact.basedir", ".")).toAbsolutePath();

  /** How commands begin that this test does not run, and the reason. */
  private static final Map<String, String> NOT_RUN =
      new LinkedHashMap<>(
          Map.ofEntries(
              Map.entry("mvn ", "builds what is being tested"),
              Map.entry("pip install ", "needs a network"),
              Map.entry("python3 -m venv target/python", "makes the build's own Python"),
              Map.entry("target/python/bin/pip ", "needs a network"),
              Map.entry("target/python/bin/python3 ", "IndependentReaderTest runs it"),
              Map.entry("python -m invact_torch", "needs PyTorch: test_command.py runs it"),
              Map.entry("cd src/test/python && ", "needs PyTorch"),
              Map.entry("sh src/bench/", "takes minutes, on an idle machine"),
              Map.entry("cli/invact bench", "takes minutes, on an idle machine"),
              Map.entry("cli/invact search ", "takes two minutes: SearchCommandTest runs a part"),
              Map.entry("cli/invact certify --all", "takes a quarter of an hour: CertificatesTest"),
              Map.entry("cli/invact fit --defaults", "takes a minute: DefaultsCommandTest"),
              Map.entry("python src/bench/", "needs GPUs, for minutes to hours"),
              Map.entry("export PYTHONPATH=", "needs GPUs: it serves the line below it"),
              Map.entry(
                  "invact chart ", "works in the folder of results: ChartCommandTest draws charts"),
              Map.entry("INVACT_JAVA_OPTS=", "needs a GPU")));

  private static final Set<String> LANGUAGES = Set.of("java", "python", "text", "xml", "json");

  /** What snippets that are no class use without declaring it. */
  private static final Map<String, String> FREE_VARIABLES =
      Map.of(
          "README.md",
          "invact.runtime.cuda.DeviceMemory x, invact.runtime.cuda.DeviceMemory y,"
              + " invact.runtime.cuda.DeviceMemory indicator,"
              + " invact.runtime.cuda.DeviceMemory dy, invact.runtime.cuda.DeviceMemory dx");

  private static final int READMES_LONGEST = 150;

  @TempDir private Path folder;

  /** A block of a document, without its fence. */
  record Block(String document, String language, String text) {
    @Override
    public String toString() {
      return document + ": " + text.lines().findFirst().orElse("");
    }
  }

  /** All documents, by their paths. */
  static List<String> documents() throws IOException {
    List<String> documents = new ArrayList<>();
    Files.walkFileTree(
        BASE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            String name = path.getFileName().toString();
            return !path.equals(BASE) && (name.startsWith(".") || name.equals("target"))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            if (path.toString().endsWith(".md")) {
              documents.add(BASE.relativize(path).toString());
            }
            return FileVisitResult.CONTINUE;
          }
        });
    documents.sort(null);
    return documents;
  }

  private static String read(String document) throws IOException {
    return Files.readString(BASE.resolve(document));
  }

  private static List<Block> blocks(String document) throws IOException {
    List<Block> blocks = new ArrayList<>();
    Matcher fence = Pattern.compile("(?ms)^```(.*?)\n(.*?)^```$").matcher(read(document));
    while (fence.find()) {
      blocks.add(new Block(document, fence.group(1), fence.group(2)));
    }
    return blocks;
  }

  static Stream<Block> javaBlocks() throws IOException {
    List<Block> all = new ArrayList<>();
    for (String document : documents()) {
      blocks(document).stream().filter(block -> block.language.equals("java")).forEach(all::add);
    }
    return all.stream();
  }

  /** The indented lines, those of one command joined. */
  private static List<String> commands(String document) throws IOException {
    String text = read(document).replaceAll("(?ms)^```.*?^```$", "").replace("\\\n", "");
    return text.lines()
        .filter(line -> line.startsWith("    ") && !line.isBlank())
        .map(String::strip)
        .toList();
  }

  private static Optional<String> reasonNotToRun(String command) {
    return NOT_RUN.entrySet().stream()
        .filter(entry -> command.startsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  @Test
  void theReadmeIsShort() throws IOException {
    assertTrue(read("README.md").lines().count() <= READMES_LONGEST);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void blocksNameTheirLanguage(String document) throws IOException {
    for (Block block : blocks(document)) {
      assertTrue(LANGUAGES.contains(block.language), block + " is in '" + block.language + "'");
    }
    assertEquals(2 * blocks(document).size(), count(read(document), "(?m)^ *```"), "fences");
  }

  private static long count(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().count();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void linksLeadToFiles(String document) throws IOException {
    Path from = BASE.resolve(document).getParent();
    Pattern.compile("\\]\\(([^)#]+)\\)")
        .matcher(read(document))
        .results()
        .map(link -> link.group(1))
        .filter(link -> !link.contains("://"))
        .forEach(link -> assertTrue(Files.exists(from.resolve(link)), link));
  }

  /** Commands of invact that are too long to run are at least right by the parser. */
  @ParameterizedTest
  @MethodSource("documents")
  void commandsParse(String document) throws IOException {
    Pattern inText = Pattern.compile("`(cli/invact [^`]+)`");
    List<String> all = new ArrayList<>(commands(document));
    inText.matcher(read(document)).results().map(match -> match.group(1)).forEach(all::add);
    for (String command : all) {
      Matcher words =
          Pattern.compile("^(?:[A-Z_]+=\\S+ )*cli/invact (.*?)( +#.*)?$").matcher(command);
      if (words.matches() && !words.group(1).matches(".*\\b[A-Z]{3,}\\b.*")) {
        InvactCommand.commandLine().parseArgs(words(words.group(1)));
      }
    }
  }

  /** Words as a shell splits them, of a line with at most single quotes. */
  private static String[] words(String line) {
    return Pattern.compile("'([^']*)'|(\\S+)")
        .matcher(line)
        .results()
        .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void commandsRun(String document) throws Exception {
    Path log = folder.resolve("log");
    Path checkout = checkout();
    for (String command : commands(document)) {
      if (reasonNotToRun(command).isPresent()) {
        continue;
      }
      assertTrue(command.startsWith("cli/invact "), "neither a command nor fenced: " + command);
      int exitCode =
          new ProcessBuilder("sh", "-c", command)
              .directory(checkout.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start()
              .waitFor();
      assertEquals(0, exitCode, command + "\n" + Files.readString(log));
    }
  }

  /** Each reason stands for a command that there is. */
  @Test
  void noReasonIsLeftOver() throws IOException {
    List<String> all = new ArrayList<>();
    for (String document : documents()) {
      all.addAll(commands(document));
    }
    for (String beginning : NOT_RUN.keySet()) {
      // Those of the pages of benchmarks go by what these measure now.
      if (!NOT_RUN.get(beginning).contains("needs GPUs")
          && !beginning.contains("bench")
          && !NOT_RUN.get(beginning).equals("needs a GPU")) {
        assertTrue(all.stream().anyMatch(line -> line.startsWith(beginning)), beginning);
      }
    }
  }

  /** The class path of this test, for a process in another folder. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** A folder in which commands find what they find in a checkout, and may write. */
  private Path checkout() throws IOException {
    Path checkout = Files.createDirectories(folder.resolve("a checkout"));
    Path launcher = Files.createDirectories(checkout.resolve("cli")).resolve("invact");
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -cp '%s' invact.cli.Main \"$@\"\n"
            .formatted(Path.of(System.getProperty("java.home"), "bin", "java"), classPath()));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    for (String name : List.of("coefficients", "src/test/resources/data")) {
      Path copy = Files.createDirectories(checkout.resolve(name));
      try (Stream<Path> files = Files.list(BASE.resolve(name))) {
        for (Path file : files.toList()) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
      }
    }
    Files.copy(
        BASE.resolve("src/test/resources/memory/measured/mistral-7b.json"),
        checkout.resolve("config.json"));
    return checkout;
  }

  @ParameterizedTest
  @MethodSource("javaBlocks")
  void javaCompiles(Block block) throws Exception {
    Matcher name = Pattern.compile("public class (\\w+)").matcher(block.text);
    if (name.find()) {
      compile(name.group(1), block.text);
    } else {
      compile(
          "Snippet",
          """
          import invact.coefficients.*;
          import invact.numeric.*;
          import invact.runtime.*;
          import invact.runtime.cuda.*;
          class Snippet {
            void snippet(%s) throws Exception {
              %s
            }
          }
          """
              .formatted(FREE_VARIABLES.getOrDefault(block.document, ""), block.text));
    }
  }

  private void compile(String name, String text) throws IOException {
    Path source = Files.writeString(folder.resolve(name + ".java"), text);
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                source.toString()));
  }

  @Test
  void theExamplePrintsDerivativesAndGradients() throws Exception {
    List<Double> exact = new ArrayList<>();
    for (double x : new double[] {-2, -0.5, 0, 1.5}) {
      exact.add(Activations.GELU.derivative(x));
    }
    double[] a = {-2, 0, 1.5};
    double[] b = {0.5, 3, -1};
    for (int i = 0; i < 3; i++) {
      exact.add(b[i] * Activations.SILU.derivative(a[i]));
    }
    for (double each : a) {
      exact.add(Activations.SILU.value(each));
    }
    // The set's largest error away from T in fp32 is below 1e-5; the gated unit has a few ulp.
    assertArrayEquals(
        exact.stream().mapToDouble(Double::doubleValue).toArray(),
        numbersPrintedBy("Example"),
        1e-5);
  }

  /** Compiles and runs the README's class of that name. */
  private double[] numbersPrintedBy(String name) throws Exception {
    String text =
        blocks("README.md").stream()
            .map(Block::text)
            .filter(block -> block.contains("public class " + name + " "))
            .findFirst()
            .orElseThrow();
    compile(name, text);
    Path printed = folder.resolve("printed");
    int exitCode =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-cp",
                folder + File.pathSeparator + System.getProperty("java.class.path"),
                name)
            .redirectOutput(printed.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    assertEquals(0, exitCode);
    return Arrays.stream(Files.readString(printed).trim().split("[\\[\\], ]+"))
        .filter(number -> !number.isEmpty())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  @Test
  void ciRunsTheTestCommands() throws Exception {
    String ci = Files.readString(BASE.resolve(".ci/run"));
    assertTrue(
        commands("src/README.md").containsAll(List.of("mvn verify", "mvn test -Pexhaustive")));
    assertTrue(ci.contains("\nmvn verify -Dinvact.require="), ci);
    assertTrue(ci.contains("\nmvn test -Pexhaustive\n"), ci);
    assertFalse(ci.contains("skipTests"), ci);
  }
}
