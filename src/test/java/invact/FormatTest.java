package invact;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every source file is laid out as google-java-format lays it out; {@code mvn test
 * -Dtest=FormatTest -Dinvact.format=apply} rewrites the ones that are not.
 *
 * <p>A test rather than a Maven plugin, because the formatter parses with the compiler of the JVM
 * it runs in: the plugin would run under whatever JDK started Maven, which may not know the
 * language level of these sources, while tests run under the selected JDK.
 */
class FormatTest {
  private static final Path BASE = Path.of(System.getProperty("invact.basedir", "."));

  static Stream<Path> sources() throws Exception {
    try (Stream<Path> files = Files.walk(BASE.resolve("src"))) {
      return files.filter(f -> f.toString().endsWith(".java")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void isFormatted(Path file) throws Exception {
    String source = Files.readString(file);
    if (System.getProperty("invact.format", "check").equals("apply")) {
      // Twice, because rejoined string literals may be split anew.
      String formatted = format(format(source));
      if (!formatted.equals(source)) {
        Files.writeString(file, formatted);
      }
    } else {
      assertEquals(format(source), source, () -> file + ": run with -Dinvact.format=apply");
    }
  }

  private static String format(String source) throws Exception {
    return new Formatter()
        .formatSourceAndFixImports(RemoveUnusedImports.removeUnusedImports(source));
  }
}
