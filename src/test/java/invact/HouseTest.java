package invact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Size and words of the house: public types, lengths of files, the names of things. */
class HouseTest {
  private static final Path BASE = Path.of(System.getProperty("invact.basedir", "."));
  private static final int MOST_PUBLIC_TYPES = 30;
  private static final int LONGEST_FILE = 400;

  /** Words that are not used, as patterns, and the words that are. */
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("(?i)\\blift(s|ed)?\\b", "height u"),
          Map.entry("\\bPlacement\\b", "expansion point"),
          Map.entry("(double|Double) about\\b", "centre"),
          Map.entry("(double|Double) cut\\b", "cut-off"),
          Map.entry("(?i)leveller", "reference solver"),
          Map.entry("(?i)\\bfloor(s|Rms|MaxAbs|Table)?\\b", "irreducible error"),
          Map.entry("(?i)rounded outputs? tells?\\b", "conditional mean"),
          Map.entry("OutputClasses", "QuantizationCells"),
          Map.entry("(?i)\\b(instruction|cost) slots?\\b|\\bslots\\(\\)", "issue slots"),
          Map.entry("(?i)\\bwaist\\b", "interchange format"),
          Map.entry("\\bFusion\\b|\\bVariants\\b", "loop specialization"),
          Map.entry("\\bFixed[A-Z]", "unrolled, specialised"),
          Map.entry("\\bPiece\\b|Piece(To|Document)|\\bpiece\\(\\)", "branch coefficients"),
          Map.entry("\\b(Sampling)?Design\\b", "sampling plan"),
          Map.entry("\\b[Pp]eers?\\b|Peer", "baseline"),
          Map.entry("\\bPatterns\\b", "gather indices"),
          Map.entry("\\bEncoding\\b", "codec"),
          Map.entry("\\bFloatFormat\\b|\\bDtype format\\b", "dtype"));

  /** What may stand although a word is in it, as patterns. */
  private static final List<String> EXCEPTIONS =
      List.of(
          // The function of mathematics.
          "(?i)(Strict)?Math\\.floor\\w*|\\bmath\\.floor\\b|\\bfloor(Div|Mod)\\b|torch\\.floor",
          "\\bfloor\\(|\\.floor\\b|\\bFLOOR\\b",
          // Text in the committed pictures, which stay what they are, byte for byte.
          "\"floor( of rounded outputs)?\"|\"cost / instruction slots\"",
          // Titles of publications.
          "Color Universal\\s+Design|GLU Variants");

  private static Stream<Path> files(String folder, String... endings) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(BASE.resolve(folder))) {
      all.filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
          .forEach(found::add);
    }
    return found.stream().sorted();
  }

  @Test
  void publicTypesAreThoseWithAReason() throws IOException {
    Set<String> listed = new TreeSet<>();
    Matcher row =
        Pattern.compile("(?m)^\\| `([a-z.]+\\.[A-Z]\\w+)` \\| .+ \\|$")
            .matcher(Files.readString(BASE.resolve("src/README.md")));
    while (row.find()) {
      listed.add("invact." + row.group(1));
    }
    Set<String> found = new TreeSet<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("invact")) {
      if (type.isTopLevelClass()
          && type.getModifiers().contains(JavaModifier.PUBLIC)
          && !List.of(type.getPackageName().split("\\.")).contains("internal")) {
        found.add(type.getName());
      }
    }
    assertEquals(listed, found, "public types, and those in the table of src/README.md");
    assertTrue(found.size() <= MOST_PUBLIC_TYPES, found.size() + " public types");
  }

  @Test
  void filesAreShort() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : files("src/main", ".java", ".cu", ".cuh").toList()) {
      long lines = Files.readString(file).lines().count();
      if (lines > LONGEST_FILE) {
        tooLong.add(BASE.relativize(file) + " has " + lines + " lines");
      }
    }
    assertEquals(List.of(), tooLong);
  }

  @Test
  void thingsHaveTheirNames() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<Path> files =
        new ArrayList<>(files("src/main", ".java", ".cu", ".cuh", ".py", ".json").toList());
    for (String document :
        List.of("README.md", "coefficients/README.md", "plots/README.md", "src/README.md")) {
      files.add(BASE.resolve(document));
    }
    for (Path file : files) {
      // Comments break their lines anywhere.
      String text = Files.readString(file).replaceAll("\n *\\* ", "\n");
      for (String exception : EXCEPTIONS) {
        text = text.replaceAll(exception, "");
      }
      for (Map.Entry<String, String> word : WORDS.entrySet()) {
        Matcher matcher = Pattern.compile(word.getKey()).matcher(text);
        if (matcher.find()) {
          wrong.add(
              "%s: '%s', use '%s'"
                  .formatted(BASE.relativize(file), matcher.group(), word.getValue()));
        }
      }
    }
    assertEquals(List.of(), wrong);
  }
}
