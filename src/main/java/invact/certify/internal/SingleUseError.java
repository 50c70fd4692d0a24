package invact.certify.internal;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.Certificate;
import invact.coefficients.internal.ErrorBound;
import invact.numeric.Dtype;
import invact.runtime.Backend;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The error in use in fp32, by exhaustion: as {@link UseError}, over all 2³² bit patterns but those
 * of infinities and NaN. It takes minutes.
 *
 * <p>Forward and backward pass are those of the fastest backend here; all agree with the scalar one
 * bit for bit, which the exhaustive tests of the runtime show. dy is 1, so that dx is g. f′ is a
 * polynomial on each block of consecutive patterns, evaluated in doubles, with a bound of all that
 * makes it differ from f′.
 */
final class SingleUseError {
  /** Consecutive numbers of one sign and one exponent. */
  private static final int BLOCK = 1 << 14;

  private static final int BLOCKS = 1 << (Integer.SIZE - 14);

  /** Of the difference g − f′ in doubles. */
  private static final double ROUNDING = 0x1p-52;

  private final Activation activation;
  private final DerivativeEnclosure derivative;
  private final List<InvertedActivation> runtimes;

  private SingleUseError(List<CoefficientSet> sets) {
    activation = sets.getFirst().activation();
    derivative = new DerivativeEnclosure(activation);
    Backend fastest =
        Backends.all().stream()
            .filter(backend -> backend.obstacle().isEmpty())
            .findFirst()
            .orElseThrow();
    runtimes = sets.stream().map(fastest::open).toList();
  }

  /**
   * The largest errors of sets.
   *
   * @param sets sets of one activation, at least one
   * @return the bounds of each
   */
  static List<Certificate.Bounds> of(List<CoefficientSet> sets) {
    SingleUseError error = new SingleUseError(sets);
    Largest[] largest =
        IntStream.range(0, BLOCKS)
            .parallel()
            .mapToObj(block -> error.measure(block * BLOCK))
            .reduce(
                Largest.none(sets.size()),
                (a, b) -> {
                  Largest[] both = new Largest[a.length];
                  Arrays.setAll(both, s -> a[s].and(b[s]));
                  return both;
                });
    return Arrays.stream(largest).map(l -> new Certificate.Bounds(l.left, l.right)).toList();
  }

  /** What was found of one set. */
  private record Largest(ErrorBound left, ErrorBound right) {
    private static final ErrorBound NOTHING = new ErrorBound(0, 0, 0);

    static Largest[] none(int sets) {
      Largest[] none = new Largest[sets];
      Arrays.fill(none, new Largest(NOTHING, NOTHING));
      return none;
    }

    Largest and(Largest other) {
      return new Largest(left.or(other.left), right.or(other.right));
    }
  }

  private Largest[] measure(int firstBits) {
    float first = Float.intBitsToFloat(firstBits);
    float last = Float.intBitsToFloat(firstBits + BLOCK - 1);
    if (!Float.isFinite(first)) {
      return Largest.none(runtimes.size());
    }
    DerivativeEnclosure.Polynomial exact =
        derivative.on(StrictMath.min(first, last), StrictMath.max(first, last));
    float[] x = new float[BLOCK];
    double[] slope = new double[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
      x[i] = Float.intBitsToFloat(firstBits + i);
      slope[i] = exact.value(x[i]);
    }
    float[] y = new float[BLOCK];
    float[] g = new float[BLOCK];
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(BLOCK)];
    runtimes.getFirst().forward(x, y, indicator);
    Largest[] found = new Largest[runtimes.size()];
    for (int s = 0; s < found.length; s++) {
      Arrays.fill(g, 1.0f);
      runtimes.get(s).backward(g, y, indicator, g);
      found[s] = largest(x, slope, g, exact.error());
    }
    return found;
  }

  private Largest largest(float[] x, double[] slope, float[] g, double exactError) {
    double argmin = activation.argmin();
    double[] largest = {-1, -1};
    float[] at = new float[2];
    for (int i = 0; i < BLOCK; i++) {
      int branch = x[i] >= argmin ? 1 : 0;
      double error = StrictMath.abs(g[i] - slope[i]);
      // The negation catches NaN too, which then stays.
      if (!(error <= largest[branch]) && !Double.isNaN(largest[branch])) {
        largest[branch] = error;
        at[branch] = x[i];
      }
    }
    return new Largest(bound(largest[0], exactError, at[0]), bound(largest[1], exactError, at[1]));
  }

  private static ErrorBound bound(double largest, double exactError, float at) {
    if (Double.isNaN(largest)) {
      throw UseError.noNumber(Dtype.FP32, at);
    }
    if (largest < 0) {
      return Largest.NOTHING;
    }
    Interval error =
        Interval.of(largest)
            .times(new Interval(1 - ROUNDING, 1 + ROUNDING))
            .plus(new Interval(-exactError, exactError));
    return new ErrorBound(StrictMath.max(0, error.low()), error.high(), at);
  }
}
