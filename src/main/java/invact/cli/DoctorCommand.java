package invact.cli;

import invact.internal.io.Json;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

/** {@code invact doctor}: what the runtime finds on this machine, and what is missing. */
@Command(
    name = "doctor",
    description =
        "Says what the runtime finds on this machine, what it will use, and what is missing with"
            + " the remedy. Whatever it finds, the exit code is 0: nothing but Java is needed.",
    footer = {"  invact doctor", "  invact doctor --json"})
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "print one JSON document instead of the table")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(Json.text(DoctorCommand::write));
      out.flush();
      return 0;
    }
    TextTable table = new TextTable(3, "part", "there", "what");
    for (Diagnosis diagnosis : Diagnosis.all()) {
      table.add(diagnosis.part(), diagnosis.isThere() ? "yes" : "no", diagnosis.detail());
    }
    table.print(out);
    out.flush();
    return 0;
  }

  private static void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeArrayPropertyStart("parts");
    for (Diagnosis diagnosis : Diagnosis.all()) {
      json.writeStartObject();
      json.writeStringProperty("part", diagnosis.part());
      json.writeBooleanProperty("isThere", diagnosis.isThere());
      json.writeStringProperty("detail", diagnosis.detail());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
