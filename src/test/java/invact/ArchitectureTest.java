package invact;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Data flows one way: who may import whom, as the README's map of packages says. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("invact");

  /** Room to the rooms that it may import. */
  private static final Map<String, Set<String>> MAY_IMPORT =
      new TreeMap<>(
          Map.ofEntries(
              room("numeric"),
              room("internal.io"),
              room("internal.program"),
              room("activation", "numeric", "internal.io", "internal.program"),
              room("sampling", "numeric", "activation"),
              room("form", "numeric", "internal.program"),
              room("coefficients", "numeric", "internal.io", "activation", "sampling", "form"),
              room(
                  "internal.arithmetic",
                  "numeric",
                  "internal.program",
                  "activation",
                  "form",
                  "coefficients"),
              room(
                  "runtime",
                  "numeric",
                  "internal.program",
                  "activation",
                  "form",
                  "coefficients",
                  "internal.arithmetic"),
              room(
                  "evaluate",
                  "numeric",
                  "internal.program",
                  "activation",
                  "sampling",
                  "form",
                  "coefficients",
                  "internal.arithmetic",
                  "runtime"),
              room(
                  "fit",
                  "numeric",
                  "internal.io",
                  "internal.program",
                  "activation",
                  "sampling",
                  "form",
                  "coefficients",
                  "internal.arithmetic",
                  "runtime",
                  "evaluate"),
              room(
                  "certify",
                  "numeric",
                  "internal.program",
                  "activation",
                  "sampling",
                  "form",
                  "coefficients",
                  "runtime"),
              room(
                  "plot",
                  "numeric",
                  "internal.io",
                  "activation",
                  "sampling",
                  "form",
                  "coefficients"),
              room(
                  "export",
                  "numeric",
                  "internal.io",
                  "internal.program",
                  "activation",
                  "sampling",
                  "form",
                  "coefficients",
                  "internal.arithmetic"),
              room("memory", "numeric", "internal.io"),
              room("internal.bench", "numeric", "activation", "coefficients", "runtime"),
              room(
                  "cli",
                  "numeric",
                  "internal.io",
                  "internal.program",
                  "activation",
                  "sampling",
                  "form",
                  "coefficients",
                  "fit",
                  "plot",
                  "runtime",
                  "evaluate",
                  "certify",
                  "internal.bench",
                  "export",
                  "memory")));

  /** Outside library to the packages where it is at home. */
  private static final Map<String, Set<String>> HOMES =
      Map.of(
          "org.apache.commons.math3..", Set.of("fit"),
          "org.knowm.xchart..", Set.of("plot"),
          "java.awt..", Set.of("plot"),
          "picocli..", Set.of("cli"),
          "de.siegmar..", Set.of("internal.io"),
          "me.tongfei.progressbar..", Set.of("cli"),
          "tools.jackson..",
              Set.of("internal.io", "coefficients", "fit.internal.selection", "memory", "cli"),
          "org.bytedeco..", Set.of("internal.bench"),
          "jdk.incubator..", Set.of("runtime.internal.vector"),
          "com.sun.management..", Set.of("runtime.internal.vector"));

  @Test
  void everyRoomHasItsRow() {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      found.add(roomOf(type));
    }
    assertEquals(MAY_IMPORT.keySet(), found);
  }

  @Test
  void importsFollowTheArrows() {
    MAY_IMPORT.forEach((from, allowed) -> {
      List<String> packages = new ArrayList<>(List.of("invact." + from + ".."));
      allowed.forEach(to -> packages.add("invact." + to + ".."));
      classes()
          .that()
          .resideInAPackage("invact." + from + "..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(withOutside(packages))
          .check(CLASSES);
    });
  }

  @Test
  void outsideLibrariesStayAtHome() {
    HOMES.forEach((library, homes) ->
        noClasses()
            .that()
            .resideOutsideOfPackages(
                homes.stream().map(home -> "invact." + home + "..").toArray(String[]::new))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(library)
            .check(CLASSES));
  }

  private static Map.Entry<String, Set<String>> room(String name, String... mayImport) {
    return Map.entry(name, Set.of(mayImport));
  }

  /** The room of a type: {@code invact.ROOM..} or {@code invact.internal.ROOM..}. */
  private static String roomOf(JavaClass type) {
    String[] path = type.getPackageName().split("\\.");
    return path[1].equals("internal") ? "internal." + path[2] : path[1];
  }

  /** Whatever is not ours: arrows bind our packages alone. */
  private static String[] withOutside(List<String> packages) {
    List<String> all = new ArrayList<>(packages);
    all.addAll(
        List.of(
            "java..",
            "javax..",
            "jdk..",
            "com.sun.management..",
            "org..",
            "tools..",
            "picocli..",
            "me..",
            "de..",
            ""));
    return all.toArray(String[]::new);
  }
}
