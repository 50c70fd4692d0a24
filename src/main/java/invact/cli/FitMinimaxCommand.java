package invact.cli;

import invact.activation.Target;
import invact.fit.FitRequest;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code invact fit minimax}. */
@Command(
    name = "minimax",
    description = {
      "Fits forms for the least largest error of f' over the whole branch, or up to a form's"
          + " cut-off. Coefficients are rounded to fp32."
    },
    footer = {
      "  invact fit minimax gelu --out my-coefficients",
      "  invact fit minimax silu --form root-rational-4-4,root-exp-5",
      "  invact fit minimax silu --target sigmoid --json"
    })
final class FitMinimaxCommand implements Callable<Integer> {
  @Mixin private ActivationArguments arguments;

  @Mixin private FormOption forms;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description =
          "what the forms approximate: derivative, f'(f^-1(y)), or for silu sigmoid, from which f'"
              + " follows; default: every target that an activation has")
  private Optional<Target> target = Optional.empty();

  @Mixin private FitOutput output;

  @Override
  public Integer call() throws IOException {
    return output.run(
        new FitRequest(arguments.load(), new FitRequest.Minimax(), forms.value(), target));
  }
}
