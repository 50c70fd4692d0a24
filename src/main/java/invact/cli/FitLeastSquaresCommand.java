package invact.cli;

import invact.activation.Target;
import invact.fit.FitRequest;
import invact.sampling.internal.Sampling;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code invact fit least-squares}. */
@Command(
    name = "least-squares",
    description = {"Fits forms by least squares over samples of the exact function."},
    footer = {
      "  invact fit least-squares gelu --sampling uniform-y --out my-coefficients",
      "  invact fit least-squares silu --target sigmoid --points 5001 --range=-8:8 --json",
      "  invact fit least-squares mish --form root-polynomial-6,root-exp-2"
    })
final class FitLeastSquaresCommand implements Callable<Integer> {
  @Mixin private ActivationArguments arguments;

  @Mixin private FormOption forms;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description =
          "what the forms approximate: derivative, f'(f^-1(y)), or for silu sigmoid, from which f'"
              + " follows; default: every target that an activation has")
  private Optional<Target> target = Optional.empty();

  @Option(
      names = "--sampling",
      paramLabel = "LAYOUT",
      description = "samples uniform-x (default) or, on each branch, uniform-y")
  private Sampling sampling = Sampling.UNIFORM_X;

  @Option(
      names = "--points",
      paramLabel = "N",
      description = "samples over the range, or with uniform-y on each branch; default 20001")
  private int points = FitRequest.LeastSquares.DEFAULT.points();

  @Option(
      names = "--range",
      paramLabel = "LO:HI",
      converter = RangeConverter.class,
      description = "inputs sampled, ends included; default -10:10")
  private Range range =
      new Range(FitRequest.LeastSquares.DEFAULT.low(), FitRequest.LeastSquares.DEFAULT.high());

  @Option(
      names = "--starts",
      paramLabel = "K",
      description = "starting points of the search in each fit; default 16")
  private int starts = FitRequest.LeastSquares.DEFAULT.starts();

  @Option(names = "--seed", paramLabel = "S", description = "seed of the starts; default 1")
  private long seed = FitRequest.LeastSquares.DEFAULT.seed();

  @Mixin private FitOutput output;

  @Override
  public Integer call() throws IOException {
    return output.run(
        new FitRequest(
            arguments.load(),
            new FitRequest.LeastSquares(
                sampling == Sampling.UNIFORM_Y, points, range.low, range.high, starts, seed),
            forms.value(),
            target));
  }

  /** LO:HI. */
  record Range(double low, double high) {}

  /** Reads LO:HI. */
  static final class RangeConverter implements ITypeConverter<Range> {
    @Override
    public Range convert(String text) {
      String[] ends = text.split(":", -1);
      try {
        if (ends.length == 2) {
          return new Range(Double.parseDouble(ends[0]), Double.parseDouble(ends[1]));
        }
      } catch (NumberFormatException e) {
        // Falls through to the one message that says what a range looks like.
      }
      throw new TypeConversionException("'" + text + "' is no range: write LO:HI, such as -10:10");
    }
  }
}
