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

  /** Package to the packages that it may import. */
  private static final Map<String, Set<String>> MAY_IMPORT =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("math", Set.of()),
              Map.entry("io", Set.of()),
              Map.entry("expression", Set.of("math")),
              Map.entry("program", Set.of()),
              Map.entry("activation", Set.of("math", "program", "expression")),
              Map.entry("approx", Set.of("math", "program")),
              Map.entry(
                  "arithmetic", Set.of("math", "program", "activation", "approx", "coefficient")),
              Map.entry("samples", Set.of("math", "activation")),
              Map.entry("error", Set.of("math")),
              Map.entry(
                  "coefficient", Set.of("math", "io", "activation", "samples", "approx", "error")),
              Map.entry(
                  "fit",
                  Set.of(
                      "math",
                      "program",
                      "activation",
                      "samples",
                      "approx",
                      "error",
                      "coefficient")),
              Map.entry(
                  "plot", Set.of("math", "io", "activation", "approx", "error", "coefficient")),
              Map.entry(
                  "runtime",
                  Set.of("math", "program", "activation", "approx", "coefficient", "arithmetic")),
              Map.entry(
                  "export",
                  Set.of(
                      "samples",
                      "math",
                      "io",
                      "program",
                      "activation",
                      "approx",
                      "error",
                      "coefficient",
                      "arithmetic")),
              Map.entry(
                  "evaluate",
                  Set.of(
                      "program",
                      "math",
                      "arithmetic",
                      "activation",
                      "samples",
                      "approx",
                      "error",
                      "coefficient",
                      "runtime")),
              Map.entry("bench", Set.of("math", "activation", "coefficient", "runtime")),
              Map.entry(
                  "search",
                  Set.of(
                      "math",
                      "program",
                      "arithmetic",
                      "io",
                      "activation",
                      "samples",
                      "approx",
                      "error",
                      "coefficient",
                      "fit",
                      "runtime",
                      "evaluate")),
              Map.entry(
                  "cli",
                  Set.of(
                      "math",
                      "program",
                      "io",
                      "expression",
                      "activation",
                      "samples",
                      "approx",
                      "error",
                      "coefficient",
                      "fit",
                      "plot",
                      "runtime",
                      "evaluate",
                      "bench",
                      "export",
                      "search"))));

  /** Outside library to the packages where it is at home. */
  private static final Map<String, Set<String>> HOMES =
      Map.of(
          "org.apache.commons.math3..", Set.of("fit"),
          "org.knowm.xchart..", Set.of("plot"),
          "java.awt..", Set.of("plot"),
          "picocli..", Set.of("cli"),
          "de.siegmar..", Set.of("io"),
          "me.tongfei.progressbar..", Set.of("cli"),
          "tools.jackson..", Set.of("io", "coefficient", "search", "cli"),
          "org.bytedeco..", Set.of("bench"),
          "jdk.incubator..", Set.of("runtime.vector"));

  @Test
  void everyPackageHasItsRow() {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      found.add(type.getPackageName().substring("invact.".length()).split("\\.")[0]);
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

  /** Whatever is not ours: arrows bind our packages alone. */
  private static String[] withOutside(List<String> packages) {
    List<String> all = new ArrayList<>(packages);
    all.addAll(
        List.of("java..", "javax..", "jdk..", "org..", "tools..", "picocli..", "me..", "de..", ""));
    return all.toArray(String[]::new);
  }
}
