package invact.fit.defaults;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.approx.Approximant;
import invact.approx.Form;
import invact.approx.Forms;
import invact.coefficient.BranchApproximant;
import invact.coefficient.CoefficientSet;
import invact.coefficient.Origin;
import invact.coefficient.Piece;
import invact.fit.FitException;
import invact.fit.minimax.Curve;
import invact.fit.minimax.InvertedDerivative;
import invact.fit.minimax.MinimaxFit;
import invact.fit.minimax.MinimaxFitter;
import invact.math.FloatFormat;
import invact.samples.Density;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The sets to use unless there is a reason for others: {@code NAME-fp32}, {@code NAME-bf16} and
 * {@code NAME-fp16} for each activation.
 *
 * <p>For fp32 minimax fits of rationals to the exact function, below 10⁻⁵ on the whole real line.
 * For the 16-bit formats, where rounding y costs a hundred times that, polynomials fitted to the
 * conditional mean ({@link ConditionalMeanFitter}). All are functions of the root of the lift
 * without exponential or power, and cost some 50 to 60 instruction slots for a backward pass.
 */
public final class DefaultSets {
  /**
   * Inputs as a normalised layer makes them, and one in a thousand from anywhere, so that rare
   * inputs are not given up: the error where hardly anything falls stays near what the format
   * allows.
   */
  public static final Density DENSITY =
      new Density.Mixture(new Density.Normal(1), new Density.Uniform(-20, 20), 0.001);

  /** Left and right form of an activation, on the exact function and in the 16-bit formats. */
  private record Recipe(String left, String right, String halfLeft, String halfRight) {
    String form(Branch branch, boolean half) {
      return branch == Branch.LEFT ? (half ? halfLeft : left) : (half ? halfRight : right);
    }
  }

  /**
   * The least degrees that stay below 10⁻⁵ with room to spare, and near the floor of bf16. Powers
   * are about a point where rounding leaves their digits alone: for rationals the far end of the
   * left branch, else the middle of the range.
   */
  private static final Map<Activation, Recipe> RECIPES =
      Map.of(
          Activations.GELU,
          new Recipe(
              "root-rational-5-5-about-0.412109375",
              "root-rational-7-5-about-1.125-cut-5.25",
              "root-polynomial-10-about-0.2060546875",
              "root-polynomial-18-about-1.125-cut-5.25"),
          Activations.SILU,
          new Recipe(
              "root-rational-5-5-about-0.52734375",
              "root-rational-6-6-about-1.0-cut-15.125",
              "root-polynomial-14-about-0.263671875",
              "root-polynomial-18-about-1.5-cut-15.125"));

  private DefaultSets() {}

  /**
   * Fits all default sets.
   *
   * @param progress called after each set
   * @return the sets, by activation and format
   * @throws FitException if a fit does not converge
   */
  public static List<CoefficientSet> fit(Runnable progress) {
    List<CoefficientSet> sets = new ArrayList<>();
    for (Activation activation : Activations.paper()) {
      for (FloatFormat format : formats()) {
        sets.add(
            new CoefficientSet(
                activation.name() + "-" + format.label(),
                activation,
                piece(activation, Branch.LEFT, format),
                piece(activation, Branch.RIGHT, format)));
        progress.run();
      }
    }
    return sets;
  }

  /**
   * The number of default sets.
   *
   * @return how often {@link #fit} reports progress
   */
  public static int count() {
    return RECIPES.size() * formats().size();
  }

  private static List<FloatFormat> formats() {
    return List.of(FloatFormat.FP32, FloatFormat.BF16, FloatFormat.FP16);
  }

  private static Piece piece(Activation activation, Branch branch, FloatFormat format) {
    Form form =
        Forms.of(RECIPES.get(activation).form(branch, format.isHalf()), -activation.minimum());
    return format == FloatFormat.FP32
        ? minimax(activation, branch, form)
        : new ConditionalMeanFitter(format, DENSITY).fit(activation, branch, form);
  }

  private static Piece minimax(Activation activation, Branch branch, Form form) {
    Curve curve = InvertedDerivative.of(activation, branch, Target.DERIVATIVE, form);
    MinimaxFit fit = new MinimaxFitter().fit(form, curve);
    return Piece.measured(
        new BranchApproximant(
            activation,
            branch,
            Target.DERIVATIVE,
            new Approximant(form, Fp32.rounded(fit.coefficients()))),
        new Origin.Minimax(
            curve.low(),
            curve.high(),
            fit.levelledError(),
            fit.largestError(),
            Arrays.stream(fit.reference()).boxed().toList(),
            fit.starts(),
            fit.agreeing()));
  }
}
