package invact.cli;

import invact.activation.Activation;
import invact.activation.Activations;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The activations that a command works on, by name or by expression. */
final class ActivationArguments {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Parameters(
      paramLabel = "ACTIVATION",
      description =
          "gelu, silu, gelu-tanh, quick-gelu, mish, or swish-B for slope B, such as swish-1.5; also"
              + " other names of these, such as gelu_new or SiLU")
  private List<String> names = List.of();

  @Option(
      names = "--expr",
      paramLabel = "TEXT",
      description =
          "your own f(x), such as 'x*tanh(softplus(x))': numbers, x, pi, e, + - * / ^, parentheses,"
              + " abs atan cos cosh erf exp expm1 log log1p max min normcdf sigmoid sin sinh"
              + " softplus sqrt tanh; needs --name")
  private String expression;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "what to call the activation of --expr: a-z, 0-9, '-' and '_'")
  private String name;

  /** Whether there is at least one. */
  boolean given() {
    if ((expression == null) != (name == null)) {
      throw new ParameterException(
          mixee.commandLine(), "--expr and --name go together: a function needs a name");
    }
    return expression != null || !names.isEmpty();
  }

  /**
   * All of them.
   *
   * @throws ParameterException if there is none, a name is unknown, or the expression no activation
   */
  List<Activation> load() {
    if (!given()) {
      throw new ParameterException(
          mixee.commandLine(), "name activations (" + known() + ") or give --expr");
    }
    try {
      List<Activation> activations =
          new ArrayList<>(names.stream().map(ActivationNames::of).distinct().toList());
      if (expression != null) {
        activations.add(Activations.custom(name, expression));
      }
      return activations;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(mixee.commandLine(), e.getMessage(), e);
    }
  }

  /** The names to choose from, in one line. */
  static String known() {
    return String.join(", ", Activations.names());
  }
}
