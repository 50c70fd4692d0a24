package invact.cli;

import invact.activation.Activation;
import invact.activation.Target;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.PublishedCoefficients;
import invact.evaluate.internal.ErrorProfile;
import invact.fit.FitRequest;
import invact.fit.Fitter;
import invact.numeric.Dtype;
import invact.plot.internal.ErrorsFigure;
import invact.plot.internal.Figure;
import invact.plot.internal.ProfileFigures;
import invact.plot.internal.ProfileFigures.Diagram;
import invact.plot.internal.ProfileFigures.Profile;
import invact.plot.internal.ProfileFigures.Role;
import invact.sampling.internal.Densities;
import invact.sampling.internal.Intervals;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The figures of the default sets: three for each activation. */
final class DefaultFigures {
  /**
   * The distance from T to which errors of derivatives are drawn. Farther left f′ vanishes, and an
   * error in units of its last place says nothing.
   */
  private static final double REACH = 5;

  /** The same for forward passes, which keep their relative precision. */
  private static final double FORWARD_REACH = 12;

  /** The intervals in which errors are gathered: in bf16 each has numbers up to |x| = 16. */
  private static final double HALF_WIDTH = 0x1p-3;

  private static final double SINGLE_WIDTH = 0x1p-4;

  private DefaultFigures() {}

  /**
   * {@code ACTIVATION-default-errors}: on the exact function the set for fp32, the paper's forms
   * refitted and, where there is one, the published set. {@code ACTIVATION-half-errors}: in bf16
   * and fp16 the set for the dtype and the same two, beside the irreducible error. {@code
   * ACTIVATION-ulp}: fp32 in units of the last place.
   */
  static List<Figure> of(List<CoefficientSet> sets) {
    Map<Activation, List<CoefficientSet>> byActivation = new LinkedHashMap<>();
    for (CoefficientSet set : sets) {
      byActivation.computeIfAbsent(set.activation(), key -> new ArrayList<>()).add(set);
    }
    return byActivation.entrySet().parallelStream()
        .flatMap(entry -> of(entry.getKey(), entry.getValue()).stream())
        .toList();
  }

  private static List<Figure> of(Activation activation, List<CoefficientSet> defaults) {
    // In this order an activation without published coefficients has the same styles.
    List<CoefficientSet> others = new ArrayList<>(List.of(paper(activation)));
    PublishedCoefficients.of(activation).ifPresent(others::add);
    CoefficientSet single = of(defaults, Dtype.FP32);
    List<CoefficientSet> exact = new ArrayList<>(List.of(single));
    exact.addAll(others);
    return List.of(
        ErrorsFigure.of(activation.name() + "-default-errors", activation, exact),
        ProfileFigures.of(
            activation.name() + "-half-errors",
            activation.title() + ": error of the derivative in 16 bits",
            activation,
            List.of(
                half(activation, Dtype.BF16, others, defaults),
                half(activation, Dtype.FP16, others, defaults))),
        ulp(activation, exact, single));
  }

  private static CoefficientSet paper(Activation activation) {
    return Fitter.fit(
            FitRequest.of(FitRequest.LeastSquares.DEFAULT, activation).with(Target.DERIVATIVE))
        .sets()
        .getFirst();
  }

  /** The default set of a dtype: the first that is made for it. */
  private static CoefficientSet of(List<CoefficientSet> sets, Dtype dtype) {
    return sets.stream()
        .filter(set -> set.dtype().equals(Optional.of(dtype)))
        .findFirst()
        .orElseThrow();
  }

  private static Diagram half(
      Activation activation,
      Dtype dtype,
      List<CoefficientSet> others,
      List<CoefficientSet> defaults) {
    Intervals intervals = Intervals.around(activation, HALF_WIDTH, REACH);
    ErrorProfile least = ErrorProfile.irreducible(activation, dtype, Densities.USUAL, intervals);
    List<Profile> profiles = new ArrayList<>();
    profiles.add(new Profile("floor", Role.IRREDUCIBLE, least.x(), least.rms()));
    // One name for the default sets of both dtypes, which share a legend.
    profiles.add(decoded(of(defaults, dtype), "default set", dtype, intervals));
    for (CoefficientSet set : others) {
      profiles.add(decoded(set, set.name(), dtype, intervals));
    }
    return new Diagram(
        activation.title() + ", " + dtype.label(),
        "RMS error of the derivative",
        1e-6,
        StrictMath.floor(activation.argmin() - REACH),
        StrictMath.ceil(activation.argmin() + REACH),
        profiles);
  }

  private static Profile decoded(
      CoefficientSet set, String label, Dtype dtype, Intervals intervals) {
    ErrorProfile profile = ErrorProfile.decoded(set, dtype, Densities.USUAL, intervals);
    return new Profile(label, Role.COMPARED, profile.x(), profile.rms());
  }

  private static Figure ulp(
      Activation activation, List<CoefficientSet> compared, CoefficientSet single) {
    Intervals intervals = Intervals.around(activation, SINGLE_WIDTH, FORWARD_REACH);
    ErrorProfile forward = ErrorProfile.forwardUlp(single, intervals);
    List<Profile> gradients = new ArrayList<>();
    for (CoefficientSet set : compared) {
      ErrorProfile gradient = ErrorProfile.gradientUlp(set, intervals);
      gradients.add(new Profile(set.name(), Role.COMPARED, gradient.x(), gradient.largest()));
    }
    return ProfileFigures.of(
        activation.name() + "-ulp",
        activation.title() + ": errors in fp32 in units of the last place",
        activation,
        List.of(
            new Diagram(
                activation.title() + ", fp32: forward",
                "largest error sampled, ulp of f(x)",
                0,
                StrictMath.floor(activation.argmin() - FORWARD_REACH),
                StrictMath.ceil(activation.argmin() + FORWARD_REACH),
                List.of(new Profile("forward pass", Role.FORWARD, forward.x(), forward.largest()))),
            new Diagram(
                activation.title() + ", fp32: derivative",
                "largest error sampled, ulp of f′(x)",
                1,
                StrictMath.floor(activation.argmin() - REACH),
                StrictMath.ceil(activation.argmin() + REACH),
                gradients)));
  }
}
