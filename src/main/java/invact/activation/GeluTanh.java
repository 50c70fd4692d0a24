package invact.activation;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import invact.numeric.internal.Logistic;
import java.util.Optional;

/**
 * GELU's tanh approximation, f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) = x·σ(z) with z = x·(a +
 * b·x²), a = 2√(2/π), b = 0.044715a; D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units
 * (GELUs)", arXiv 1606.08415, section 2. Hugging Face calls it gelu_new and gelu_pytorch_tanh,
 * PyTorch {@code GELU(approximate="tanh")}. It differs from GELU by up to 4.8e-4.
 *
 * <p>f has an error below 2 ulp, RMS below 0.6 ulp, for x ≥ −21; f′ has an absolute error below
 * 2.5·2⁻⁵³ and f″ below 3·2⁻⁵³. Measured against 40-digit values on the points of {@code
 * reference/gelu-tanh.csv}.
 */
final class GeluTanh implements Activation {
  /** a = 2√(2/π), to 33 digits in two parts. */
  private static final double A = 1.5957691216057308;

  private static final double A_LOW = -9.96930880911092e-17;

  /** b = 0.044715·a, to 33 digits in two parts. */
  private static final double B = 0.07135481627260025;

  private static final double B_LOW = -6.175149918155315e-19;

  /** Here |z| ≥ 4600: σ has long become 0 or 1, and beyond x² and x³ overflow. */
  private static final double FLAT = 40;

  @Override
  public String name() {
    return "gelu-tanh";
  }

  @Override
  public String title() {
    return "GELU-tanh";
  }

  @Override
  public String formula() {
    return "½x·(1 + tanh(√(2/π)·(x + 0.044715x³)))";
  }

  @Override
  public double value(double x) {
    if (x < -FLAT) {
      return -0.0;
    }
    return x > FLAT ? x : x * Argument.of(x).sigmoid();
  }

  @Override
  public Optional<Value> write(ProgramBuilder b, Value x) {
    Value a = b.wide(A);
    Value square = b.multiply(x, x);
    Value squareLow = b.fma(x, x, b.negate(square));
    Value cubic = b.multiply(b.wide(B), square);
    Value cubicLow =
        b.add(
            b.fma(b.wide(B), square, b.negate(cubic)),
            b.add(b.multiply(b.wide(B), squareLow), b.multiply(b.wide(B_LOW), square)));
    Value sum = b.add(a, cubic);
    Value part = b.subtract(sum, a);
    Value error = b.add(b.subtract(a, b.subtract(sum, part)), b.subtract(cubic, part));
    Value sumLow = b.add(error, b.add(b.wide(A_LOW), cubicLow));
    Value z = b.multiply(x, sum);
    Value low = b.add(b.fma(x, sum, b.negate(z)), b.multiply(x, sumLow));
    Value y = b.multiply(x, Sigmoid.write(b, z, low));
    Value onRight = b.select(b.gt(x, b.wide(FLAT)), x, y);
    return Optional.of(b.select(b.lt(x, b.wide(-FLAT)), b.wide(-0.0), onRight));
  }

  @Override
  public double derivative(double x) {
    if (StrictMath.abs(x) > FLAT) {
      return x < 0 ? 0.0 : 1.0;
    }
    Argument z = Argument.of(x);
    double sigmoid = z.sigmoid();
    return sigmoid + x * (sigmoid * z.complement() * slope(x));
  }

  @Override
  public double secondDerivative(double x) {
    if (StrictMath.abs(x) > FLAT) {
      return 0.0;
    }
    Argument z = Argument.of(x);
    double sigmoid = z.sigmoid();
    double complement = z.complement();
    double slope = slope(x);
    // f″ = 2s′ + x·s″ with s = σ(z): s′ = σ(1 − σ)·z′, s″ = σ(1 − σ)·((1 − 2σ)·z′² + 6bx).
    double bend = (complement - sigmoid) * slope * slope + 6 * B * x;
    return sigmoid * complement * (2 * slope + x * bend);
  }

  /** Root of f′, to 30 digits −0.752461422071016258487954443289. */
  @Override
  public double argmin() {
    return -0.7524614220710163;
  }

  /** f(T), to 30 digits −0.170040750571254050639067427988. */
  @Override
  public double minimum() {
    return -0.17004075057125406;
  }

  /** z′ = a + 3b·x². */
  private static double slope(double x) {
    return A + 3 * B * (x * x);
  }

  /** z = x·(a + b·x²) as the unevaluated sum high + low of relative error below 2⁻¹⁰⁰. */
  private record Argument(double high, double low) {
    static Argument of(double x) {
      double square = x * x;
      double squareLow = StrictMath.fma(x, x, -square);
      double cubic = B * square;
      double cubicLow = StrictMath.fma(B, square, -cubic) + (B * squareLow + B_LOW * square);
      double sum = A + cubic;
      // Knuth's two-sum: cubic may be larger or smaller than a.
      double part = sum - A;
      double sumLow = (A - (sum - part)) + (cubic - part) + (A_LOW + cubicLow);
      double z = x * sum;
      return new Argument(z, StrictMath.fma(x, sum, -z) + x * sumLow);
    }

    double sigmoid() {
      return Logistic.sigmoid(high, low);
    }

    double complement() {
      return Logistic.sigmoid(-high, -low);
    }
  }
}
