package invact.cli;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.coefficients.CoefficientSet;
import invact.form.internal.Family;
import invact.form.internal.Forms;
import invact.numeric.Dtype;
import invact.runtime.Backend;
import invact.runtime.Backends;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code invact list}: activations, forms, shipped sets and backends. */
@Command(
    name = "list",
    description = "Lists activations, forms, shipped coefficient sets and runtime backends.",
    footer = {"  invact list"})
final class ListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
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
          Digits.of(
              Math.max(
                  set.left().derivativeError().maxAbs(), set.right().derivativeError().maxAbs())));
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
}
