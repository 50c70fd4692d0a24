package invact.cli;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.coefficients.CoefficientSet;
import invact.form.internal.Family;
import invact.form.internal.Forms;
import invact.internal.io.Json;
import invact.numeric.Dtype;
import invact.runtime.Backend;
import invact.runtime.Backends;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

/** {@code invact list}: activations, forms, shipped sets and backends. */
@Command(
    name = "list",
    description = "Lists activations, forms, shipped coefficient sets and runtime backends.",
    footer = {"  invact list", "  invact list --json"})
final class ListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "print one JSON document instead of the tables")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(Json.text(ListCommand::write));
      out.flush();
      return 0;
    }
    TextTable activations = new TextTable(2, "activation", "f(x)", "argmin T", "f(T)");
    for (Activation activation : Activations.all()) {
      activations.add(
          activation.name(),
          activation.formula(),
          Double.toString(activation.argmin()),
          Double.toString(activation.minimum()));
    }
    activations.add("swish-B", "x·σ(Bx), silu(Bx)/B", "silu's / B", "silu's / B");
    activations.print(out);

    out.println();
    TextTable forms = new TextTable(2, "form", "q(u), u = y − f(T)", "coefficients");
    for (Family family : Forms.families()) {
      forms.add(family.usage(), family.formula(), family.coefficients());
    }
    forms.print(out);
    out.println("t = √u − R, without -about-R √u; with -cut-U 1 where u > U");

    out.println();
    TextTable sets =
        new TextTable(
            6,
            "coefficient set",
            "activation",
            "dtype",
            "left",
            "right",
            "target",
            "max |e| of f′");
    for (String name : CoefficientSet.shippedNames()) {
      CoefficientSet set = CoefficientSet.shipped(name);
      sets.add(
          name,
          set.activation().name(),
          set.dtype().map(Dtype::label).orElse("-"),
          set.left().approximant().approximant().form().name(),
          set.right().approximant().approximant().form().name(),
          set.left().approximant().target().label(),
          Digits.of(maxAbs(set)));
    }
    sets.print(out);

    out.println();
    TextTable backends = new TextTable(2, "backend", "available");
    for (Backend backend : Backends.all()) {
      backends.add(backend.name(), backend.obstacle().map(why -> "no: " + why).orElse("yes"));
    }
    backends.print(out);
    out.flush();
    return 0;
  }

  private static void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeArrayPropertyStart("activations");
    for (Activation activation : Activations.all()) {
      json.writeStartObject();
      json.writeStringProperty("name", activation.name());
      json.writeStringProperty("formula", activation.formula());
      json.writeNumberProperty("argmin", activation.argmin());
      json.writeNumberProperty("minimum", activation.minimum());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("forms");
    for (Family family : Forms.families()) {
      json.writeStartObject();
      json.writeStringProperty("name", family.usage());
      json.writeStringProperty("formula", family.formula());
      json.writeStringProperty("coefficients", family.coefficients());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("sets");
    for (String name : CoefficientSet.shippedNames()) {
      CoefficientSet set = CoefficientSet.shipped(name);
      json.writeStartObject();
      json.writeStringProperty("name", name);
      json.writeStringProperty("activation", set.activation().name());
      set.dtype().ifPresent(dtype -> json.writeStringProperty("dtype", dtype.label()));
      json.writeStringProperty("left", set.left().approximant().approximant().form().name());
      json.writeStringProperty("right", set.right().approximant().approximant().form().name());
      json.writeStringProperty("target", set.left().approximant().target().label());
      json.writeNumberProperty("derivativeMaxAbs", maxAbs(set));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("backends");
    for (Backend backend : Backends.all()) {
      json.writeStartObject();
      json.writeStringProperty("name", backend.name());
      json.writeBooleanProperty("isAvailable", backend.obstacle().isEmpty());
      backend.obstacle().ifPresent(why -> json.writeStringProperty("obstacle", why));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static double maxAbs(CoefficientSet set) {
    return Math.max(set.left().derivativeError().maxAbs(), set.right().derivativeError().maxAbs());
  }
}
