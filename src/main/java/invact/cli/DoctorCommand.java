package invact.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code invact doctor}: what the runtime finds on this machine, and what is missing. */
@Command(
    name = "doctor",
    description =
        "Says what the runtime finds on this machine, what it will use, and what is missing with"
            + " the remedy. Whatever it finds, the exit code is 0: nothing but Java is needed.",
    footer = {"  invact doctor"})
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    TextTable table = new TextTable(3, "part", "there", "what");
    for (Diagnosis diagnosis : Diagnosis.all()) {
      table.add(diagnosis.part(), diagnosis.isThere() ? "yes" : "no", diagnosis.detail());
    }
    PrintWriter out = spec.commandLine().getOut();
    table.print(out);
    out.flush();
    return 0;
  }
}
