package invact.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.cli.CommandTest.Run;
import invact.internal.bench.Libtorch;
import invact.runtime.cuda.Context;
import invact.runtime.internal.vector.VectorBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
  @Test
  void saysWhatIsThereAndTheRemedyForWhatIsNot() {
    Run run = CommandTest.run("doctor");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals("", run.err());
    assertTrue(line(run, "Java").contains(Runtime.version().toString()), run.out());
    // The tests are run with it.
    assertTrue(line(run, "native access").contains("yes"), run.out());
    new VectorBackend()
        .obstacle()
        .ifPresentOrElse(
            obstacle -> assertTrue(line(run, "vectors").endsWith(obstacle), run.out()),
            () -> assertTrue(line(run, "used on CPU").endsWith("backend vector"), run.out()));
    Libtorch.obstacle()
        .ifPresent(obstacle -> assertTrue(line(run, "libtorch").endsWith(obstacle), run.out()));
    Context.obstacle()
        .ifPresent(obstacle -> {
          assertTrue(line(run, "GPU").endsWith(obstacle), run.out());
          assertTrue(line(run, "used on GPU").endsWith("none"), run.out());
        });
  }

  /** The one line of a part. */
  private static String line(Run run, String part) {
    List<String> lines = run.out().lines().filter(line -> line.startsWith(part + "  ")).toList();
    assertEquals(1, lines.size(), run.out());
    return lines.getFirst();
  }
}
