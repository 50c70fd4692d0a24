package invact.runtime.internal.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector backend declines where C2 does not compile. */
class JustInTimeCompilerTest {
  private static final String SERVER = "OpenJDK 64-Bit Server VM";

  @Test
  void thisOneWillDo() {
    assertEquals(Optional.empty(), JustInTimeCompiler.obstacle());
  }

  private record Machine(String name, String info, Map<String, String> options, String named) {}

  static Stream<Machine> others() {
    Map<String, String> usual = Map.of("TieredCompilation", "true", "TieredStopAtLevel", "4");
    return Stream.of(
        new Machine("Eclipse OpenJ9 VM", "JRE 25", usual, "Eclipse OpenJ9 VM"),
        new Machine("OpenJDK 64-Bit Zero VM", "interpreted mode", usual, "Zero VM"),
        new Machine(SERVER, "interpreted mode", Map.of(), "-Xint"),
        new Machine(
            SERVER,
            "mixed mode",
            Map.of("TieredCompilation", "true", "TieredStopAtLevel", "3"),
            "-XX:TieredStopAtLevel=3"),
        new Machine(SERVER, "mixed mode, emulated-client", usual, "-XX:CompilationMode"),
        new Machine(
            "Java HotSpot(TM) 64-Bit Server VM",
            "mixed mode, sharing",
            Map.of("UseJVMCICompiler", "true"),
            "JVMCI"));
  }

  @ParameterizedTest
  @MethodSource("others")
  void obstacleIsOneLineThatNamesTheReason(Machine machine) {
    String obstacle =
        JustInTimeCompiler.obstacle(
                machine.name,
                machine.info,
                option -> Optional.ofNullable(machine.options.get(option)))
            .orElseThrow();
    assertTrue(obstacle.contains(machine.named), obstacle);
    assertEquals(1, obstacle.lines().count());
  }

  /** Without tiers there is C2 alone, whatever the level of tiers says. */
  @Test
  void withoutTiersTheirLevelDoesNotCount() {
    Map<String, String> options = Map.of("TieredCompilation", "false", "TieredStopAtLevel", "1");
    assertEquals(
        Optional.empty(),
        JustInTimeCompiler.obstacle(
            SERVER, "mixed mode", option -> Optional.ofNullable(options.get(option))));
  }

  /** The real virtual machine, by the line that doctor shows. */
  @ParameterizedTest
  @CsvSource({
    "-Xint,the JVM only interprets: start java without -Xint",
    "-XX:TieredStopAtLevel=1,the compiler C2 is off: start java without -XX:TieredStopAtLevel=1",
    "-XX:CompilationMode=quick-only,the compiler C2 is off"
  })
  void doctorNamesTheObstacle(String option, String line) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    option,
                    "--add-modules",
                    "jdk.incubator.vector",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "invact.cli.Main",
                    "doctor"))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains(line), output);
    assertTrue(output.contains("backend scalar"), output);
  }
}
