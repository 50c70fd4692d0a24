package invact.fit.internal.minimax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.form.internal.Form;
import invact.form.internal.Forms;
import invact.form.internal.RootPolynomial;
import invact.form.internal.RootRational;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors of best approximants against outside references. */
class MinimaxReferenceTest {
  private static final double GELU_CUTOFF = 5.25;
  private static final double SILU_CUTOFF = 15.125;

  /** exp on [−1, 1]; a polynomial or rational in x is one in r = x + 1. */
  static final Curve EXP = new Curve(-1, 1, x -> (x + 1) * (x + 1), StrictMath::exp);

  /** exp(−x) on [0, ∞), x = z/(1 − z); a rational of type (n, n) in x is one in z. */
  private static final Curve EXP_DECAY =
      new Curve(0, 1, z -> z * z, z -> z == 1 ? 0 : StrictMath.exp(-z / (1 - z)));

  /** √t on [0, 1], t = s². */
  private static final Curve ROOT = new Curve(0, 1, s -> s * s * s * s, s -> s);

  private record Case(String curve, String form, double error) {}

  static Stream<Case> cases() throws Exception {
    try (var in = MinimaxReferenceTest.class.getResourceAsStream("/reference/minimax.csv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(line -> line.split(","))
              .map(cells -> new Case(cells[0], cells[1], Double.parseDouble(cells[2])))
              .toList()
              .stream();
    }
  }

  /**
   * The levelled error is below the best error and the largest above it, or the form's other
   * nonlinear coefficients are searched for: then both searches are right to 2·10⁻⁵, the reference
   * by its stopping rule.
   */
  @ParameterizedTest
  @MethodSource("cases")
  void reachesTheBestError(Case reference) {
    Form form = form(reference);
    MinimaxFit fit = new MinimaxFitter().fit(form, curve(reference.curve));
    boolean exchanged = form instanceof RootPolynomial || form instanceof RootRational;
    // Curve and form are smaller than 4 and right to a few ulp.
    double rounding = 0x1p-48 / reference.error;
    double below = exchanged ? 1e-9 + rounding : 2e-5;
    double above = exchanged ? 2e-6 + rounding : 2e-5;
    double ratio = fit.largestError() / reference.error;
    assertTrue(ratio >= 1 - below && ratio <= 1 + above, "largest error " + fit.largestError());
    assertTrue(
        fit.levelledError() <= reference.error * (1 + below),
        "levelled error " + fit.levelledError());
    MinimaxEvidence.requireAlternation(form, curve(reference.curve), fit);
  }

  private static Form form(Case reference) {
    String centre =
        switch (reference.curve) {
          case "gelu-left" -> "-about-0.412109375";
          case "silu-left" -> "-about-0.52734375";
          case "gelu-right" -> "-about-1.125-cut-" + GELU_CUTOFF;
          case "silu-right" -> "-about-2.0-cut-" + SILU_CUTOFF;
          case "exp" -> "-about-1.0";
          default -> "";
        };
    boolean placed = reference.form.startsWith("root-") && !reference.curve.endsWith("-whole");
    return Forms.of(placed ? reference.form + centre : reference.form, -Activations.GELU.minimum());
  }

  private static Curve curve(String name) {
    Activation activation = name.startsWith("gelu") ? Activations.GELU : Activations.SILU;
    return switch (name) {
      case "exp" -> EXP;
      case "exp-decay" -> EXP_DECAY;
      case "root" -> ROOT;
      case "gelu-left", "silu-left" ->
          InvertedDerivative.of(activation, Branch.LEFT, Target.DERIVATIVE);
      case "gelu-right-whole", "silu-right-whole" ->
          InvertedDerivative.of(activation, Branch.RIGHT, Target.DERIVATIVE);
      case "gelu-right" -> InvertedDerivative.upTo(activation, Target.DERIVATIVE, GELU_CUTOFF);
      case "silu-right" -> InvertedDerivative.upTo(activation, Target.DERIVATIVE, SILU_CUTOFF);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** A. J. Carpenter, A. Ruttan and R. S. Varga, Lecture Notes in Math. 1105 (1984), table 1. */
  @ParameterizedTest
  @CsvSource({"1, 6.6831e-2", "2, 7.3587e-3", "3, 7.9938e-4", "4, 8.6522e-5", "5, 9.3457e-6"})
  void decayOnTheHalfLineIsPublished(int n, double error) {
    MinimaxFit fit = new MinimaxFitter().fit(new RootRational(n, n), EXP_DECAY);
    assertEquals(error, fit.largestError(), 0.5e-4 * error, "five digits are printed");
  }

  /** x^(n+1) − T_{n+1}(x)/2ⁿ is the best polynomial of degree n for x^(n+1); P. L. Chebyshev. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 9, 14})
  void powersHaveChebyshevsError(int n) {
    Curve power = new Curve(-1, 1, x -> (x + 1) * (x + 1), x -> StrictMath.pow(x, n + 1));
    MinimaxFit fit =
        new MinimaxFitter().fit(new RootPolynomial(n, 1.0, Double.POSITIVE_INFINITY), power);
    double exact = StrictMath.pow(2, -n);
    assertEquals(exact, fit.levelledError(), 1.1e-6 * exact, "the fitter's tolerance");
    assertEquals(exact, fit.largestError(), 1.1e-6 * exact, "the fitter's tolerance");
  }

  /**
   * The best polynomial of degree n for 1/(x − a), a &gt; 1, has the error (a − √(a² − 1))ⁿ/(a² −
   * 1); N. I. Achieser, Theory of Approximation, section 34.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 5, 10})
  void poleOutsideHasAchiesersError(int n) {
    double a = 1.25;
    Curve pole = new Curve(-1, 1, x -> (x + 1) * (x + 1), x -> 1 / (x - a));
    MinimaxFit fit =
        new MinimaxFitter().fit(new RootPolynomial(n, 1.0, Double.POSITIVE_INFINITY), pole);
    double exact = StrictMath.pow(2.0, -n) / (a * a - 1);
    assertEquals(exact, fit.largestError(), 1.1e-6 * exact, "the fitter's tolerance");
  }

  /**
   * x² + ⅛ is the best quadratic for |x|; its error alternates at 5 points, one more than needed.
   */
  @Test
  void absoluteValueHasMorePointsThanNeeded() {
    Curve kink = new Curve(-1, 1, x -> (x + 1) * (x + 1), StrictMath::abs);
    MinimaxFit fit = new MinimaxFitter().withTolerance(1e-4).fit(new RootPolynomial(2), kink);
    assertEquals(0.125, fit.largestError(), 0.125e-3, "the kink lies between grid points");
    assertEquals(4, fit.reference().length);
  }
}
