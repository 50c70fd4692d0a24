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
  void activationExampleCompilesAndPrintsDerivatives() throws Exception {
    double[] exact =
        Arrays.stream(new double[] {-2, -0.5, 0, 1.5}).map(Activations.GELU::derivative).toArray();
    // The set's largest error away from T in fp32 is below 1e-5.
    assertArrayEquals(exact, numbersPrintedBy("Example"), 1e-5);
  }

  @Test
  void gatedExampleCompilesAndPrintsGradients() throws Exception {
    double[] a = {-2, 0, 1.5};
    double[] b = {0.5, 3, -1};
    double[] exact = new double[6];
    for (int i = 0; i < 3; i++) {
      exact[i] = b[i] * Activations.SILU.derivative(a[i]);
      exact[3 + i] = Activations.SILU.value(a[i]);
    }
    // A few ulp of numbers up to 2.
    assertArrayEquals(exact, numbersPrintedBy("GatedExample"), 1e-6);
  }

  /** Compiles and runs the class of that name. */
  private double[] numbersPrintedBy(String name) throws Exception {
    Path source = folder.resolve(name + ".java");
    Files.writeString(source, blockOf(name));
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
      loader.loadClass(name).getMethod("main", String[].class).invoke(null, new Object[1]);
    } finally {
      System.setOut(stdout);
    }
    return Arrays.stream(printed.toString(StandardCharsets.UTF_8).trim().split("[\\[\\], ]+"))
        .filter(number -> !number.isEmpty())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  @Test
  void ciRunsTheTestCommands() throws Exception {
    String ci = Files.readString(BASE.resolve(".ci/run"));
    assertTrue(readme().contains("\n    mvn verify "), "the README names its test command");
    assertTrue(ci.contains("\nmvn verify "), ci);
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

  /** The block of Java with a public class of that name. */
  private static String blockOf(String name) throws Exception {
    Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme());
    while (block.find()) {
      if (block.group(1).contains("public class " + name + " ")) {
        return block.group(1);
      }
    }
    throw new AssertionError("the README has no class " + name);
  }

  private static String readme() throws Exception {
    return Files.readString(BASE.resolve("README.md"));
  }
}
