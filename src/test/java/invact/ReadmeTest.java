package invact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README says works. */
class ReadmeTest {
  private static final Path BASE = Path.of(System.getProperty("invact.basedir", "."));

  @TempDir private Path folder;

  @Test
  void javaExampleCompilesAndPrintsDerivatives() throws Exception {
    Path source = folder.resolve("Example.java");
    Files.writeString(source, block("java"));
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                source.toString()));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stdout = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      loader.loadClass("Example").getMethod("main", String[].class).invoke(null, new Object[1]);
    } finally {
      System.setOut(stdout);
    }
    double[] found =
        Arrays.stream(printed.toString(StandardCharsets.UTF_8).trim().split("[\\[\\], ]+"))
            .filter(number -> !number.isEmpty())
            .mapToDouble(Double::parseDouble)
            .toArray();
    double[] exact =
        Arrays.stream(new double[] {-2, -0.5, 0, 1.5}).map(Activations.GELU::derivative).toArray();
    // The set's largest error away from T in fp32 is below 1e-5.
    assertArrayEquals(exact, found, 1e-5);
  }

  @Test
  void ciRunsTheTestCommands() throws Exception {
    String ci = Files.readString(BASE.resolve(".ci/run"));
    assertTrue(readme().contains("\n    mvn verify "), "the README names its test command");
    assertTrue(ci.contains("\nmvn verify\n"), ci);
    assertTrue(readme().contains("`mvn test -Pexhaustive`"), "and the one that takes longer");
    assertTrue(ci.contains("\nmvn test -Pexhaustive\n"), ci);
  }

  @Test
  void picturesAreThere() throws Exception {
    Matcher link = Pattern.compile("\\]\\(((?:plots|src)/[^)]+)\\)").matcher(readme());
    int links = 0;
    while (link.find()) {
      links++;
      assertTrue(Files.exists(BASE.resolve(link.group(1))), link.group(1));
    }
    assertTrue(links >= 5, "links found: " + links);
  }

  private static String block(String language) throws Exception {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme());
    assertTrue(block.find(), language);
    return block.group(1);
  }

  private static String readme() throws Exception {
    return Files.readString(BASE.resolve("README.md"));
  }
}
