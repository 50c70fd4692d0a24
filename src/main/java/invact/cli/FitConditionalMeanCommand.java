package invact.cli;

import invact.fit.FitRequest;
import invact.numeric.Dtype;
import invact.sampling.Density;
import invact.sampling.internal.Densities;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code invact fit conditional-mean}. */
@Command(
    name = "conditional-mean",
    description = {
      "Fits forms to E[f'(x) given rounded y], the best that any function of the stored output can"
          + " do, by weighted least squares. Coefficients are rounded to fp32."
    },
    footer = {
      "  invact fit conditional-mean silu --dtype bf16 --out my-coefficients",
      "  invact fit conditional-mean gelu --dtype bf16 --density normal:0.5 \\",
      "    --form root-polynomial-8,root-polynomial-9-cut-4.0"
    })
final class FitConditionalMeanCommand implements Callable<Integer> {
  @Mixin private ActivationArguments arguments;

  @Mixin private FormOption forms;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      required = true,
      description = "the dtype of the stored output: fp32, bf16 or fp16")
  private Dtype dtype;

  @Option(
      names = "--density",
      paramLabel = "DENSITY",
      description =
          "how inputs are distributed: normal (default), normal:SIGMA or uniform:LO:HI; the fit"
              + " takes one input in a thousand from all of [-20, 20]")
  private Density density = Densities.USUAL;

  @Mixin private FitOutput output;

  @Override
  public Integer call() throws IOException {
    return output.run(
        new FitRequest(
            arguments.load(),
            new FitRequest.ConditionalMean(dtype, density),
            forms.value(),
            Optional.empty()));
  }
}
