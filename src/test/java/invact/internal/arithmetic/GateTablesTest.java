package invact.internal.arithmetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.fit.internal.minimax.Curve;
import invact.fit.internal.minimax.MinimaxFit;
import invact.fit.internal.minimax.MinimaxFitter;
import invact.form.internal.RootPolynomial;
import invact.numeric.internal.NormalDistribution;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** P of {@link GeluGate} is what the minimax fitter makes; else the message holds it. */
class GateTablesTest {
  private static final double DENSITY = 0.3989422804014327;
  private static final double PULL = GeluGate.PULL;

  /** Relative error of R before P's coefficients are rounded; measured, rounded up. */
  private static final double TAIL_ERROR = 2.7e-8;

  @Test
  void tail() {
    // In t itself, the fitter's root.
    Curve curve =
        new Curve(
            1.0 / (1.0 + PULL * GeluGate.LIMIT),
            1.0,
            t -> t * t,
            t -> remainder(distance(t)),
            t -> distance(t) * t * t / tail(distance(t)));
    MinimaxFit fit =
        new MinimaxFitter()
            .withTolerance(1e-2)
            .fit(new RootPolynomial(GeluGate.DEGREE, 0.0, Double.POSITIVE_INFINITY), curve);
    assertTrue(fit.largestError() < TAIL_ERROR, () -> "error " + fit.largestError());
    double[] c = fit.coefficients();
    float[] rounded = new float[c.length];
    float[] found = new float[c.length];
    for (int j = 0; j < c.length; j++) {
      rounded[j] = (float) c[j];
      found[j] = GeluGate.coefficient(j);
    }
    assertArrayEquals(rounded, found, () -> row(rounded));
    assertEquals((float) DENSITY, GeluGate.DENSITY);
  }

  private static double distance(double t) {
    return (1.0 / t - 1.0) / PULL;
  }

  /** R = Φ(−d)·exp(d²/2). */
  private static double tail(double d) {
    return NormalDistribution.cumulative(-d) / NormalDistribution.density(d) * DENSITY;
  }

  /** (R/t − ½)/(d·t), next to 0 by the Taylor series of R, for which R′ = d·R − φ(0). */
  private static double remainder(double d) {
    double inverse = 1.0 + PULL * d;
    if (d > 1e-3) {
      return (tail(d) * inverse - 0.5) / d * inverse;
    }
    double rest = -DENSITY + d * (0.25 + d * (-DENSITY / 3 + d * 0.0625));
    return (0.5 * PULL + rest * inverse) * inverse;
  }

  private static String row(float[] values) {
    return IntStream.range(0, values.length)
        .mapToObj(j -> values[j] + "f")
        .collect(Collectors.joining(", ", "{", "},"));
  }
}
