package invact.fit.internal.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The constants in the sources are those that the tables' makers make. */
class TablesTest {
  private static final Path SOURCES =
      Path.of(System.getProperty("invact.basedir", "."), "src/main/java/invact");

  private static final Pattern NUMBER =
      Pattern.compile("(?<![\\w.])-?[0-9]+\\.[0-9]*(?:[eE]-?[0-9]+)?f?(?![\\w.])");

  static Stream<String> names() {
    return Main.tables().keySet().stream();
  }

  /** Bit for bit, but for the table whose last bits hang on rounding errors: see its maker. */
  @ParameterizedTest
  @MethodSource("names")
  void sourcesHaveWhatIsMade(String name) throws IOException {
    List<Double> source = numbers(name);
    double ulps = name.equals("FastGelu") ? 1 : 0;
    for (Constants made : Main.tables().get(name).get()) {
      assertTrue(
          holds(source, made, ulps), () -> name + ".java lacks these constants:\n" + made.text());
    }
  }

  /** The command that remakes a table stands beside it. */
  @ParameterizedTest
  @MethodSource("names")
  void theCommandStandsBesideTheTable(String name) throws IOException {
    String text = Files.readString(source(name)).replaceAll("\\s*\\n\\s*\\*\\s*", " ");
    String command = "java -cp target/invact.jar " + Main.class.getName() + " " + name;
    assertTrue(text.contains("Remade by {@code " + command + "}"), name);
  }

  private static Path source(String name) throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<Path> found = files.filter(file -> file.endsWith(name + ".java")).toList();
      assertEquals(1, found.size(), found.toString());
      return found.getFirst();
    }
  }

  /** All numbers of a source, in their order. */
  private static List<Double> numbers(String name) throws IOException {
    List<Double> numbers = new ArrayList<>();
    Matcher matcher = NUMBER.matcher(Files.readString(source(name)));
    while (matcher.find()) {
      String text = matcher.group();
      numbers.add(text.endsWith("f") ? Float.parseFloat(text) : Double.parseDouble(text));
    }
    return numbers;
  }

  private static boolean holds(List<Double> source, Constants made, double ulps) {
    double[] values = made.values();
    for (int first = 0; first + values.length <= source.size(); first++) {
      boolean same = true;
      for (int j = 0; same && j < values.length; j++) {
        double found = source.get(first + j);
        same =
            ulps == 0
                ? Double.compare(found, values[j]) == 0
                : Math.abs(found - values[j]) <= ulps * Math.ulp((float) values[j]);
      }
      if (same) {
        return true;
      }
    }
    return false;
  }
}
