package invact.fit.internal.tables;

import invact.fit.internal.minimax.Curve;
import invact.internal.arithmetic.GeluGate;
import invact.numeric.internal.NormalDistribution;
import java.util.List;

/** P of {@link GeluGate}, R = t·(½ + d·t·P(t)): least largest relative error of R. */
final class GateTail {
  /** φ(0). */
  private static final double DENSITY = 0.3989422804014327;

  private static final double PULL = GeluGate.PULL;

  /** Largest relative error of R before P's coefficients are rounded; measured, rounded up. */
  private static final double ERROR = 2.7e-8;

  private GateTail() {}

  static List<Constants> make() {
    // In t itself, the fitter's root.
    Curve curve =
        new Curve(
            1.0 / (1.0 + PULL * GeluGate.LIMIT),
            1.0,
            t -> t * t,
            t -> remainder(distance(t)),
            t -> distance(t) * t * t / tail(distance(t)));
    return List.of(
        Constants.rounded("DENSITY", DENSITY),
        Constants.rounded("TAIL", Minimax.polynomial(GeluGate.DEGREE, 0.0, curve, ERROR)));
  }

  private static double distance(double t) {
    return (1.0 / t - 1.0) / PULL;
  }

  /** R = Φ(−d)·exp(d²/2). */
  static double tail(double d) {
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
}
