package invact.activation;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import invact.numeric.internal.Logistic;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/**
 * Swish with slope β, f(x) = x·σ(βx) = silu(βx)/β; P. Ramachandran, B. Zoph and Q. V. Le,
 * "Searching for Activation Functions", arXiv 1710.05941, section 4. QuickGELU is Swish with β =
 * 1.702 (Hendrycks and Gimpel, arXiv 1606.08415, section 2), as CLIP uses it.
 *
 * <p>β is a double: QuickGELU's is the one nearest to 1.702, as in PyTorch. Because f is SiLU in
 * another scale, T and f(T) are SiLU's divided by β.
 *
 * <p>One function has one name: slope 1 is {@code silu}, slope 1.702 is {@code quick-gelu}, and any
 * other is {@code swish-} and the shortest plain decimal that reads back as β, such as {@code
 * swish-1.5}.
 *
 * <p>f has an error below 2.7 ulp, RMS below 0.7 ulp, for βx ≥ −708; f′ has an absolute error below
 * 3·2⁻⁵³ and f″ below 2β·2⁻⁵³. Measured against 40-digit values on the points of {@code
 * reference/quick-gelu.csv} (β = 1.702), {@code swish-0.3.csv} and {@code swish-8.csv}.
 *
 * @param name the name
 * @param slope β
 * @param argmin T
 * @param minimum f(T)
 */
record Swish(String name, double slope, double argmin, double minimum) implements Activation {
  /** What names of Swish with a slope begin with. */
  static final String PREFIX = "swish-";

  /** −1 − W(1/e), W Lambert's function. */
  private static final BigDecimal SILU_ARGMIN =
      new BigDecimal("-1.27846454276107379510935873902298015543947749");

  private static final BigDecimal SILU_MINIMUM = SILU_ARGMIN.add(BigDecimal.ONE);

  static final Swish QUICK_GELU = named("quick-gelu", 1.702);

  /** Beyond these T leaves the grids on which errors are measured. */
  private static final double LEAST_SLOPE = 0.01;

  private static final double LARGEST_SLOPE = 100;

  /**
   * Swish with a slope that has no name of its own.
   *
   * @throws IllegalArgumentException if the slope is not in [0.01, 100], or is SiLU's or
   *     QuickGELU's
   */
  static Swish of(double slope) {
    if (!(slope >= LEAST_SLOPE && slope <= LARGEST_SLOPE)) {
      throw new IllegalArgumentException(
          "slope " + slope + " of swish is not from " + LEAST_SLOPE + " to " + LARGEST_SLOPE);
    }
    if (slope == 1) {
      throw new IllegalArgumentException("swish of slope 1 is silu: call it so");
    }
    if (slope == QUICK_GELU.slope) {
      throw new IllegalArgumentException(
          "swish of slope " + slope + " is " + QUICK_GELU.name + ": call it so");
    }
    return named(PREFIX + decimal(slope), slope);
  }

  /**
   * The activation of a name that begins with {@link #PREFIX}.
   *
   * @throws IllegalArgumentException if no slope follows, or it is written in another way than
   *     {@link #name()} writes it
   */
  static Swish parse(String name) {
    String text = name.substring(PREFIX.length());
    if (!text.matches("[0-9]{1,4}(\\.[0-9]{1,20})?")) {
      throw new IllegalArgumentException(
          "'" + name + "' has no slope: write " + PREFIX + "B, such as " + PREFIX + "1.5");
    }
    Swish swish = of(Double.parseDouble(text));
    if (!swish.name.equals(name)) {
      throw new IllegalArgumentException("'" + name + "' is written '" + swish.name + "'");
    }
    return swish;
  }

  private static Swish named(String name, double slope) {
    BigDecimal divisor = new BigDecimal(slope);
    return new Swish(
        name,
        slope,
        SILU_ARGMIN.divide(divisor, MathContext.DECIMAL128).doubleValue(),
        SILU_MINIMUM.divide(divisor, MathContext.DECIMAL128).doubleValue());
  }

  private static String decimal(double value) {
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }

  @Override
  public String title() {
    return this.equals(QUICK_GELU) ? "QuickGELU" : "Swish, β = " + decimal(slope);
  }

  @Override
  public String formula() {
    return "x·σ(" + decimal(slope) + "·x)";
  }

  @Override
  public double value(double x) {
    if (x == Double.NEGATIVE_INFINITY) {
      return -0.0;
    }
    double z = slope * x;
    return x * Logistic.sigmoid(z, low(x, z));
  }

  @Override
  public Optional<Value> write(ProgramBuilder b, Value x) {
    Value z = b.multiply(b.wide(slope), x);
    Value low = b.fma(b.wide(slope), x, b.negate(z));
    Value y = b.multiply(x, Sigmoid.write(b, z, low));
    Value isLimit = b.eq(x, b.wide(Double.NEGATIVE_INFINITY));
    return Optional.of(b.select(isLimit, b.wide(-0.0), y));
  }

  @Override
  public double derivative(double x) {
    double z = slope * x;
    double low = low(x, z);
    double sigmoid = Logistic.sigmoid(z, low);
    double complement = Logistic.sigmoid(-z, -low);
    return Double.isInfinite(z) ? sigmoid : sigmoid * (1.0 + z * complement);
  }

  @Override
  public double secondDerivative(double x) {
    double z = slope * x;
    double low = low(x, z);
    double sigmoid = Logistic.sigmoid(z, low);
    double complement = Logistic.sigmoid(-z, -low);
    return Double.isInfinite(z)
        ? 0.0
        : slope * (sigmoid * complement * (2.0 + z * (complement - sigmoid)));
  }

  /** What rounding took from z = βx. */
  private double low(double x, double z) {
    return StrictMath.fma(slope, x, -z);
  }
}
