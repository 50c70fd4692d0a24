package invact.runtime.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.Required;
import invact.activation.Activations;
import invact.runtime.cuda.CudaException;
import invact.runtime.cuda.DeviceSets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PTX in the jar is what the CUDA sources give, where the CUDA toolkit is there to ask. */
class PtxTest {
  private static final Path SOURCES =
      Path.of(System.getProperty("invact.basedir", "."), "src/main/cuda");

  /** The compiler whose PTX is checked in; another one's may differ. */
  private static final String COMPILER = "V13.0.88";

  private static final List<String> NAMES =
      BuiltIn.units().stream().map(BuiltIn.Unit::name).toList();

  @TempDir private Path folder;

  @Test
  void ptxIsWhatTheSourcesGive() throws Exception {
    if (!hasCompiler()) {
      Required.found("cuda-compiler", false, "nvcc " + COMPILER + " is not on the PATH");
    }
    Path sources = Files.createDirectory(folder.resolve("sources"));
    KernelSources.write(sources);
    run("sh", SOURCES.resolve("build.sh").toString(), sources.toString(), folder.toString());
    for (String name : NAMES) {
      assertEquals(
          Files.readString(folder.resolve(name + ".ptx")),
          KernelModule.resource(name + ".ptx"),
          name + ".ptx is out of date: src/main/cuda/build.sh says how it is built");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sm_80", "sm_90", "sm_100"})
  void ptxAssembles(String architecture) throws Exception {
    if (!isThere("ptxas")) {
      Required.found("cuda-compiler", false, "ptxas is not on the PATH");
    }
    for (String name : NAMES) {
      Path ptx =
          Files.writeString(folder.resolve(name + ".ptx"), KernelModule.resource(name + ".ptx"));
      run(
          "ptxas",
          "-arch=" + architecture,
          ptx.toString(),
          "-o",
          folder.resolve("kernels.cubin").toString());
    }
  }

  /** Driver 470 knows PTX 7.4; a later version would shut out drivers that can run the rest. */
  @ParameterizedTest
  @FieldSource("NAMES")
  void ptxAsksForNoNewerDriverThanItSays(String name) {
    assertEquals(
        List.of(".version 7.4", ".target sm_80"),
        KernelModule.resource(name + ".ptx")
            .lines()
            .filter(line -> line.startsWith(".version") || line.startsWith(".target"))
            .toList());
  }

  static Stream<BuiltIn.Unit> unitsAndOthers() {
    Stream<Pass> backward = DeviceSets.all().stream().map(set -> BackwardPass.of(set).pass());
    Stream<Pass> forward = Activations.all().stream().map(Pass::forward).flatMap(Optional::stream);
    return Stream.concat(
        BuiltIn.units().stream(),
        Stream.concat(backward, forward)
            .filter(pass -> BuiltIn.like(pass).isEmpty())
            .map(pass -> new BuiltIn.Unit(pass.name(), pass::text)));
  }

  /** What a driver that is too old for the PTX gets, and sets of other shapes. */
  @ParameterizedTest
  @MethodSource("unitsAndOthers")
  void nvrtcCompilesTheSources(BuiltIn.Unit unit) {
    requireNvrtc();
    byte[] code = Nvrtc.compile(unit.name(), unit.text().get(), 9, 0);
    assertEquals("ELF", new String(code, 1, 3, StandardCharsets.US_ASCII));
  }

  private static void requireNvrtc() {
    Nvrtc.obstacle().ifPresent(missing -> Required.found("cuda-compiler", false, missing));
  }

  @Test
  void nvrtcSaysWhatItDoesNotCompile() {
    requireNvrtc();
    CudaException e = assertThrows(CudaException.class, () -> Nvrtc.compile("forward", "", 1, 0));
    assertTrue(e.getMessage().startsWith("nvrtcCompileProgram: NVRTC_ERROR_"), e.getMessage());
  }

  /** Whatever the driver is, saying so is one line, and no GPU is a reason, not a crash. */
  @Test
  void obstacleIsOneLine() {
    assertTrue(Cuda.obstacle().map(text -> text.lines().count() == 1).orElse(true));
  }

  private static boolean hasCompiler() throws Exception {
    return isThere("nvcc") && run("nvcc", "--version").contains(COMPILER);
  }

  private static boolean isThere(String program) throws InterruptedException {
    try {
      return new ProcessBuilder(program, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
