package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.coefficients.internal.ShippedSets;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a debugger sees of generated code; in processes of their own, whose options differ. */
class GeneratedCodeTest {
  private static final Pattern FRAME =
      Pattern.compile("Compiled(?:Loop|Function)_\\w+\\.\\w+\\((\\w+\\.listing):(\\d+)\\)");

  @TempDir private Path folder;

  /** The program of the other processes: passes, and a trace from within generated code. */
  public static final class Passes {
    private Passes() {}

    /**
     * Runs passes, and prints the results.
     *
     * @param args {@code trace} for a stack trace of a thread that runs generated code
     */
    public static void main(String[] args) throws InterruptedException {
      InvertedActivation gelu = Backends.of("auto").open(ShippedSets.load("gelu-fp32"));
      float[] x = {-3, -1, -0.5f, 0, 1, 2, 3, 9};
      byte[] bits = new byte[1];
      gelu.forward(x, x, bits);
      float[] dx = {1, 1, 1, 1, 1, 1, 1, 1};
      gelu.backward(dx, x, bits, dx);
      System.out.println(Arrays.toString(x) + " " + Arrays.toString(dx) + " " + bits[0]);
      System.out.println(
          Backends.of("auto").gatedUnit(Activations.SILU).getClass().getSimpleName());
      System.out.println("classes " + GeneratedCode.classes());
      if (args.length > 0) {
        System.out.println(trace());
      }
    }

    /** The first trace of a busy thread that goes through generated code. */
    private static String trace() throws InterruptedException {
      Thread busy =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                InvertedActivation gelu = Backends.of("auto").open(ShippedSets.load("gelu-fp32"));
                float[] x = new float[1 << 16];
                while (true) {
                  gelu.forward(x, new float[x.length], new byte[x.length / 8]);
                }
              });
      for (int look = 0; look < 100_000; look++) {
        for (StackTraceElement frame : busy.getStackTrace()) {
          if (FRAME.matcher(frame.toString()).find()) {
            return frame.toString();
          }
        }
        Thread.sleep(1);
      }
      return "no frame of generated code";
    }
  }

  private static String run(List<String> options, String... args) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(options);
    command.add(Passes.class.getName());
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  @Test
  void stackTraceLeadsToTheListing() throws Exception {
    // A trace may interrupt interpreted bytecode anywhere, but machine code without loops nowhere.
    String output =
        run(List.of("-Xint", "-D" + GeneratedCode.LISTINGS_PROPERTY + "=" + folder), "trace");
    Matcher frame = FRAME.matcher(output);
    assertTrue(frame.find(), output);
    List<String> lines = Files.readAllLines(folder.resolve(frame.group(1)));
    assertTrue(lines.getFirst().startsWith("program "), lines.getFirst());
    String line = lines.get(Integer.parseInt(frame.group(2)) - 1);
    assertTrue(line.matches(" +v\\d+: \\w+ = .*"), line);
  }

  @Test
  void scalarPropertyGeneratesNothingAndGivesTheSame() throws Exception {
    String plain = run(List.of("-D" + GeneratedCode.BACKEND_PROPERTY + "=scalar"));
    String usual = run(List.of("--add-modules", "jdk.incubator.vector"));
    assertEquals(usual.lines().findFirst(), plain.lines().findFirst());
    assertTrue(plain.contains("ScalarGatedUnit\nclasses []\n"), plain);
    assertTrue(usual.contains("CompiledFunction_"), usual);
  }
}
