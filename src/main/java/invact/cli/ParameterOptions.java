package invact.cli;

import invact.activation.internal.expression.Expression;
import invact.fit.internal.data.Bounds;
import invact.fit.internal.data.DataProblem.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the command line says of a model's parameters. */
final class ParameterOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = "--start",
      paramLabel = "NAME=VALUE",
      split = ",",
      description = "where the search starts, for each parameter that is not fixed at a value")
  private List<String> starts = List.of();

  @Option(
      names = "--bounds",
      paramLabel = "NAME=LO:HI",
      split = ",",
      description = "where parameters may be; either end may be left out, as in b=:5")
  private List<String> bounds = List.of();

  @Option(
      names = "--fix",
      paramLabel = "NAME[=VALUE]",
      split = ",",
      description = "parameters that keep a value, or without one their start")
  private List<String> fixed = List.of();

  /** The parameters of a model, in its order. */
  List<Parameter> of(Expression model) {
    Map<String, String> startTexts = byName("--start", starts, model);
    Map<String, String> boundTexts = byName("--bounds", bounds, model);
    Map<String, String> fixedTexts = byName("--fix", fixed, model);
    List<Parameter> parameters = new ArrayList<>();
    for (String name : model.parameters()) {
      boolean isFixed = fixedTexts.containsKey(name);
      boolean hasValue = isFixed && !fixedTexts.get(name).isEmpty();
      String text = hasValue ? fixedTexts.get(name) : startTexts.get(name);
      if (text == null) {
        throw failure(
            "no start for parameter '%s' of the model: add %s=VALUE to --start"
                .formatted(name, name));
      }
      double start = number(hasValue ? "--fix" : "--start", name, text);
      Bounds its =
          boundTexts.containsKey(name) ? interval(name, boundTexts.get(name)) : Bounds.NONE;
      if (!its.contains(start)) {
        throw failure(
            "parameter '%s' starts at %s, outside its bounds %s"
                .formatted(name, text, boundTexts.get(name)));
      }
      parameters.add(new Parameter(name, start, its, isFixed));
    }
    if (parameters.stream().allMatch(Parameter::isFixed)) {
      throw failure(
          parameters.isEmpty()
              ? "the model '" + model + "' has no parameter: name what to fit, as in a*x"
              : "all parameters are fixed: leave one to fit");
    }
    return parameters;
  }

  private Map<String, String> byName(String option, List<String> texts, Expression model) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      String name = (equals < 0 ? text : text.substring(0, equals)).strip();
      String value = equals < 0 ? "" : text.substring(equals + 1).strip();
      if (value.isEmpty() && !(option.equals("--fix") && equals < 0)) {
        throw failure("%s '%s' is not NAME=VALUE, such as a=1".formatted(option, text));
      }
      if (!model.parameters().contains(name)) {
        throw failure(
            Expression.isReserved(name)
                ? "%s: '%s' is a word of the language: give the parameter another name"
                    .formatted(option, name)
                : "%s: the model has no parameter '%s': it has %s"
                    .formatted(
                        option,
                        name,
                        model.parameters().isEmpty()
                            ? "none"
                            : String.join(", ", model.parameters())));
      }
      if (values.put(name, value) != null) {
        throw failure("%s names '%s' twice".formatted(option, name));
      }
    }
    return values;
  }

  private double number(String option, String name, String text) {
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the one message.
    }
    throw failure("%s: '%s' of '%s' is not a finite number".formatted(option, text, name));
  }

  private Bounds interval(String name, String text) {
    String[] ends = text.split(":", -1);
    if (ends.length != 2) {
      throw failure("--bounds: '%s' of '%s' is not LO:HI, such as 0:10".formatted(text, name));
    }
    double lower =
        ends[0].isBlank() ? Bounds.NONE.lower() : number("--bounds", name, ends[0].strip());
    double upper =
        ends[1].isBlank() ? Bounds.NONE.upper() : number("--bounds", name, ends[1].strip());
    try {
      return new Bounds(lower, upper);
    } catch (IllegalArgumentException e) {
      throw failure(
          "--bounds: %s of '%s': %s; --fix holds a value".formatted(text, name, e.getMessage()));
    }
  }

  private ParameterException failure(String message) {
    return new ParameterException(mixee.commandLine(), message);
  }
}
