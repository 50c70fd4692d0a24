package invact.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both launchers in awkward places, with a JDK that prints its arguments, one a line. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final Path BASE = Path.of(System.getProperty("invact.basedir", "."));

  @TempDir private Path folder;
  private Path jdk;

  private record Run(int exitCode, List<String> out, String err) {}

  @BeforeEach
  void makeJdk() throws IOException {
    jdk = folder.resolve("a jdk");
    script(jdk.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A checkout that was built, with its start-up cache. */
  private Path checkout(String name) throws IOException {
    Path checkout = folder.resolve(name);
    script(checkout.resolve("cli/invact"), Files.readString(BASE.resolve("cli/invact")));
    Files.createDirectories(checkout.resolve("src/main"));
    Files.writeString(checkout.resolve("pom.xml"), "");
    Files.createDirectories(checkout.resolve("target"));
    for (String made : List.of("invact.jar", "invact.built", "invact.aot")) {
      Files.writeString(checkout.resolve("target").resolve(made), "");
    }
    return checkout;
  }

  private Run run(Path where, Map<String, String> environment, String... command) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder process =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    process.environment().remove("HOME");
    process.environment().put("JAVA_HOME", jdk.toString());
    process.environment().putAll(environment);
    int exitCode = process.start().waitFor();
    return new Run(exitCode, Files.readAllLines(out), Files.readString(err));
  }

  private static void assertStarted(Run run, Path checkout) throws IOException {
    Path target = checkout.toRealPath().resolve("target");
    assertEquals(0, run.exitCode, run.err);
    assertEquals("", run.err);
    int jar = run.out.indexOf("-jar");
    assertEquals("-XX:AOTCache=" + target.resolve("invact.aot"), run.out.get(jar - 1));
    assertEquals(
        List.of("-jar", target.resolve("invact.jar").toString(), "list", "an argument", "*"),
        run.out.subList(jar, run.out.size()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "with a space", "with a 'quote' and \"another\"", "$HOME *"})
  void theCheckoutMayLieAnywhere(String name) throws Exception {
    Path checkout = checkout(name);
    String launcher = checkout.resolve("cli/invact").toString();
    assertStarted(run(folder, Map.of(), launcher, "list", "an argument", "*"), checkout);
    Run bench = run(folder, Map.of(), launcher, "bench", "--threads", "2");
    Path target = checkout.toRealPath().resolve("target");
    assertTrue(
        bench.out.contains(target.resolve("invact.jar") + ":" + target + "/libtorch/*"),
        bench.out.toString());
  }

  @Test
  void theLauncherMayBeALink() throws Exception {
    Path checkout = checkout("with a space");
    Files.createDirectories(folder.resolve("my bin"));
    Path link = folder.resolve("my bin/invact");
    Files.createSymbolicLink(link, Path.of("../with a space/cli/invact"));
    assertStarted(run(folder, Map.of(), link.toString(), "list", "an argument", "*"), checkout);
    Path linked = Files.createSymbolicLink(folder.resolve("linked"), checkout);
    String launcher = linked.resolve("cli/invact").toString();
    assertStarted(run(folder, Map.of(), launcher, "list", "an argument", "*"), checkout);
  }

  /** cd printed the folder, so that it stood in the path twice. */
  @Test
  void cdpathMayBeExported() throws Exception {
    Path checkout = checkout("checkout");
    Map<String, String> environment = Map.of("CDPATH", folder + ":" + checkout);
    assertStarted(
        run(checkout, environment, "sh", "cli/invact", "list", "an argument", "*"), checkout);
    assertStarted(
        run(folder, environment, "sh", "checkout/cli/invact", "list", "an argument", "*"),
        checkout);
  }

  @Test
  void aBuiltCheckoutNeedsNoCache() throws Exception {
    Path checkout = checkout("checkout");
    Files.delete(checkout.resolve("target/invact.aot"));
    Run run = run(folder, Map.of(), checkout.resolve("cli/invact").toString(), "list");
    assertEquals(0, run.exitCode, run.err);
    assertEquals("", run.err);
  }

  @Test
  void whatCannotBeBuiltIsOneLine() throws Exception {
    Path checkout = checkout("checkout");
    for (String made : List.of("invact.jar", "invact.built", "invact.aot")) {
      Files.delete(checkout.resolve("target").resolve(made));
    }
    Files.delete(checkout.resolve("target"));
    // Root may write to any folder, so that a file stands for one that is not writable.
    Files.writeString(checkout.resolve("target"), "");
    Run run = run(folder, Map.of(), checkout.resolve("cli/invact").toString(), "list");
    assertEquals(1, run.exitCode);
    assertEquals(
        "invact: needs building, but cannot write to "
            + checkout.toRealPath().resolve("target")
            + ": make it writable, or copy the checkout\n",
        run.err);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "with a space", "with a 'quote'"})
  void theImageMayLieAnywhere(String name) throws Exception {
    Path image = folder.resolve(name);
    script(image.resolve("bin/invact"), Files.readString(BASE.resolve("src/image/invact")));
    script(image.resolve("java/bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    Path link = Files.createSymbolicLink(folder.resolve("link"), image.resolve("bin/invact"));
    String home = image.toRealPath().toString();
    for (String launcher : List.of(image.resolve("bin/invact").toString(), link.toString())) {
      Run run = run(folder, Map.of("CDPATH", folder.toString()), launcher, "list", "a b");
      assertEquals(0, run.exitCode, run.err);
      assertEquals(
          List.of("-cp", home + "/invact.jar:" + home + "/lib/*", "invact.cli.Main", "list", "a b"),
          run.out.subList(run.out.indexOf("-cp"), run.out.size()));
      run = run(folder, Map.of(), launcher, "device-tests", "x");
      assertEquals(
          List.of("invact.runtime.cuda.DeviceTests", "x"),
          run.out.subList(run.out.size() - 2, run.out.size()));
    }
  }
}
