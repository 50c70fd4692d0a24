package invact.internal.arithmetic;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The argument z of an activation f(x) = x·σ(z). SiLU has z = x, Swish z = β·x, GELU's tanh
 * approximation z = x·(a + b·x²). Then
 *
 * <pre>
 * f  = x·σ(z)
 * f′ = σ(z)·(1 + x·z′·σ(−z))
 * </pre>
 *
 * @param linear the coefficient of x: a, or β
 * @param cubic the coefficient of x³: b, or 0
 * @param largest the z from which f(−x) rounds to 0 in fp32 and f(x) to x
 * @param end an x at which z is at least {@code largest}
 */
record LogisticArgument(double linear, double cubic, float largest, float end) {
  /** x·e⁻¹¹⁰ = 2·10⁻⁴⁶ for x = 110. */
  private static final float LARGEST = 110.0f;

  /** x·e⁻¹¹⁵ = 10⁻⁴⁶ for x = 11500, which is 115/β for the least slope allowed, β = 0.01. */
  private static final float LARGEST_OF_FLAT = 115.0f;

  /** 2√(2/π). */
  private static final double TANH_LINEAR = 1.5957691216057308;

  /** 0.044715·2√(2/π). */
  private static final double TANH_CUBIC = 0.07135481627260025;

  /** z is 112.5 here. */
  private static final float TANH_END = 11.0f;

  static final LogisticArgument SILU = new LogisticArgument(1, 0, LARGEST, LARGEST);

  /** The argument of an activation; nothing for one that is no x·σ(z). */
  static Optional<LogisticArgument> of(Activation activation) {
    if (activation.equals(Activations.GELU_TANH)) {
      return Optional.of(new LogisticArgument(TANH_LINEAR, TANH_CUBIC, LARGEST, TANH_END));
    }
    OptionalDouble slope = Activations.slope(activation);
    if (slope.isEmpty()) {
      return Optional.empty();
    }
    float largest = slope.getAsDouble() < 1 ? LARGEST_OF_FLAT : LARGEST;
    float end = (float) (largest / slope.getAsDouble());
    return Optional.of(new LogisticArgument(slope.getAsDouble(), 0, largest, end));
  }

  /** Writes z. */
  Value z(ProgramBuilder b, Value x) {
    return product(b, x, cubic);
  }

  /** Writes x·z′. */
  Value slope(ProgramBuilder b, Value x) {
    return product(b, x, 3 * cubic);
  }

  private Value product(ProgramBuilder b, Value x, double factor) {
    if (cubic == 0 && linear == 1) {
      return x;
    }
    Value a = b.constant((float) linear);
    if (cubic != 0) {
      return b.multiply(x, b.fma(b.multiply(x, x), b.constant((float) factor), a));
    }
    return b.multiply(x, a);
  }

  /**
   * Writes what is missing in z, so that the sum is off by some 2⁻⁴⁰ relative.
   *
   * @param b writes it
   * @param x at least 0
   * @return the parts z and rest
   */
  Value[] parts(ProgramBuilder b, Value x) {
    Value a = b.constant((float) linear);
    Value below = b.constant((float) (linear - (float) linear));
    if (cubic == 0) {
      Value z = b.multiply(x, a);
      return new Value[] {z, b.fma(x, below, b.fma(x, a, b.negate(z)))};
    }
    Value c = b.constant((float) cubic);
    Value square = b.multiply(x, x);
    Value squareRest = b.fma(x, x, b.negate(square));
    Value bend = b.multiply(square, c);
    Value bendRest = b.fma(squareRest, c, b.fma(square, c, b.negate(bend)));
    bendRest = b.fma(square, b.constant((float) (cubic - (float) cubic)), bendRest);
    Value sum = b.add(bend, a);
    Value part = b.subtract(sum, a);
    Value sumRest = b.add(b.subtract(a, b.subtract(sum, part)), b.subtract(bend, part));
    sumRest = b.add(sumRest, b.add(bendRest, below));
    Value z = b.multiply(x, sum);
    return new Value[] {z, b.fma(x, sumRest, b.fma(x, sum, b.negate(z)))};
  }
}
