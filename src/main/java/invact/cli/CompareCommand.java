package invact.cli;

import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchCoefficients;
import invact.evaluate.internal.SetDifference;
import invact.form.internal.Approximant;
import invact.internal.io.Json;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

/** {@code invact compare}: what differs between two coefficient sets. */
@Command(
    name = "compare",
    description = {
      "Says what differs between two coefficient sets of one activation: forms, coefficients,"
          + " errors of the derivative in fp64, and the largest difference of their derivatives g"
          + " and the input x at which it occurs.",
      "Relative to: the first set's coefficient."
    },
    footer = {
      "  invact compare gelu-published gelu-paper",
      "  invact compare silu-fp32 my-coefficients/silu-fp32.json --json"
    })
final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "2",
      paramLabel = "SET",
      description = "two files, or names of sets in coefficients/ or shipped with invact")
  private List<String> names;

  @Option(names = "--json", description = "print one JSON document instead of the tables")
  private boolean json;

  /** Two sets on one branch. */
  private record Pair(BranchCoefficients first, BranchCoefficients second, SetDifference g) {
    boolean isOneForm() {
      return approximant(first).form().equals(approximant(second).form())
          && first.approximant().target() == second.approximant().target();
    }

    /** How many coefficients differ; both have the same form. */
    long changed() {
      double[] one = approximant(first).coefficients();
      double[] other = approximant(second).coefficients();
      long changed = 0;
      for (int i = 0; i < one.length; i++) {
        changed += Double.compare(one[i], other[i]) == 0 ? 0 : 1;
      }
      return changed;
    }
  }

  private static Approximant approximant(BranchCoefficients coefficients) {
    return coefficients.approximant().approximant();
  }

  @Override
  public Integer call() {
    CoefficientSet first = SetArguments.load(names.get(0));
    CoefficientSet second = SetArguments.load(names.get(1));
    List<Pair> pairs;
    try {
      pairs =
          Arrays.stream(Branch.values())
              .map(branch ->
                  new Pair(
                      first.branch(branch),
                      second.branch(branch),
                      SetDifference.of(first, second, branch)))
              .toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(Json.text(generator -> write(generator, first, second, pairs)));
    } else {
      print(out, first, second, pairs);
    }
    out.flush();
    return 0;
  }

  private static void print(
      PrintWriter out, CoefficientSet first, CoefficientSet second, List<Pair> pairs) {
    TextTable sets =
        new TextTable(4, "branch", "coefficient set", "form", "target", "RMS", "max |e|", "at x");
    for (Pair pair : pairs) {
      row(sets, first, pair.first);
      row(sets, second, pair.second);
    }
    sets.print(out);
    out.println();
    TextTable largest =
        new TextTable(
            2,
            "branch",
            "coefficients that differ",
            "largest |g - g|",
            "at x",
            first.name(),
            second.name());
    for (Pair pair : pairs) {
      largest.add(
          pair.g.branch().label(),
          pair.isOneForm()
              ? pair.changed() + " of " + approximant(pair.first).coefficients().length
              : "other form",
          Digits.of(pair.g.largest()),
          Digits.input(pair.g.x()),
          Digits.of(pair.g.first()),
          Digits.of(pair.g.second()));
    }
    largest.print(out);
    for (Pair pair : pairs) {
      if (pair.isOneForm() && pair.changed() > 0) {
        out.println();
        coefficients(pair, first, second).print(out);
      }
    }
  }

  private static void row(TextTable table, CoefficientSet set, BranchCoefficients its) {
    table.add(
        its.approximant().branch().label(),
        set.name(),
        approximant(its).form().name(),
        its.approximant().target().label(),
        Digits.of(its.derivativeError().rms()),
        Digits.of(its.derivativeError().maxAbs()),
        Digits.input(its.derivativeError().maxAbsAt()));
  }

  private static TextTable coefficients(Pair pair, CoefficientSet first, CoefficientSet second) {
    TextTable table =
        new TextTable(
            1, pair.g.branch().label(), first.name(), second.name(), "difference", "relative");
    double[] one = approximant(pair.first).coefficients();
    double[] other = approximant(pair.second).coefficients();
    for (int i = 0; i < one.length; i++) {
      if (Double.compare(one[i], other[i]) != 0) {
        table.add(
            Integer.toString(i),
            Double.toString(one[i]),
            Double.toString(other[i]),
            Digits.of(other[i] - one[i]),
            Digits.of((other[i] - one[i]) / one[i]));
      }
    }
    return table;
  }

  private static void write(
      JsonGenerator json, CoefficientSet first, CoefficientSet second, List<Pair> pairs) {
    json.writeStartObject();
    json.writeStringProperty("activation", first.activation().name());
    json.writeStringProperty("first", first.name());
    json.writeStringProperty("second", second.name());
    json.writeArrayPropertyStart("branches");
    for (Pair pair : pairs) {
      json.writeStartObject();
      json.writeStringProperty("branch", pair.g.branch().label());
      write(json, "first", pair.first);
      write(json, "second", pair.second);
      if (pair.isOneForm()) {
        json.writeNumberProperty("coefficientsThatDiffer", pair.changed());
      }
      json.writeName("largestDifference");
      json.writeStartObject();
      json.writeNumberProperty("absolute", pair.g.largest());
      json.writeNumberProperty("at", pair.g.x());
      json.writeNumberProperty("first", pair.g.first());
      json.writeNumberProperty("second", pair.g.second());
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, BranchCoefficients its) {
    json.writeName(name);
    json.writeStartObject();
    json.writeStringProperty("form", approximant(its).form().name());
    json.writeStringProperty("target", its.approximant().target().label());
    json.writeName("coefficients");
    double[] coefficients = approximant(its).coefficients();
    json.writeArray(coefficients, 0, coefficients.length);
    json.writeNumberProperty("derivativeRms", its.derivativeError().rms());
    json.writeNumberProperty("derivativeMaxAbs", its.derivativeError().maxAbs());
    json.writeNumberProperty("derivativeMaxAbsAt", its.derivativeError().maxAbsAt());
    json.writeEndObject();
  }
}
