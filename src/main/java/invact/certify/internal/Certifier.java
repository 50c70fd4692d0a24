package invact.certify.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.Certificate;
import invact.coefficients.internal.ErrorBound;
import invact.numeric.Dtype;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Proves the largest errors of coefficient sets. */
public final class Certifier {
  /** The bounds of one proof meet within this share of the upper one. */
  private static final double GAP = 0.01;

  private Certifier() {}

  /**
   * Proves the errors of sets: in fp64 on exact outputs, in the other dtypes in use.
   *
   * @param sets the sets, of built-in activations
   * @param dtypes the dtypes; fp32 takes minutes for each activation
   * @return their certificates, in the same order
   * @throws CertificateException if an error cannot be proved, or a set states one that the proof
   *     contradicts; the message names the set
   */
  public static List<Certificate> prove(List<CoefficientSet> sets, Collection<Dtype> dtypes) {
    List<Map<Dtype, Certificate.Bounds>> bounds = new ArrayList<>();
    sets.forEach(_ -> bounds.add(new EnumMap<>(Dtype.class)));
    for (Dtype dtype : Set.copyOf(dtypes)) {
      List<Certificate.Bounds> found =
          switch (dtype) {
            case FP64 -> sets.parallelStream().map(Certifier::exact).toList();
            case BF16, FP16 -> inUse(sets, dtype);
            case FP32 -> inSinglePrecision(sets);
          };
      for (int s = 0; s < sets.size(); s++) {
        bounds.get(s).put(dtype, found.get(s));
      }
    }
    List<Certificate> certificates = new ArrayList<>();
    for (int s = 0; s < sets.size(); s++) {
      CoefficientSet set = sets.get(s);
      Certificate certificate = new Certificate(set.name(), Certificate.digest(set), bounds.get(s));
      requireNear(certificate);
      certificate
          .contradiction(set)
          .ifPresent(reason -> {
            throw new CertificateException(set.name() + ": " + reason);
          });
      certificates.add(certificate);
    }
    return certificates;
  }

  private static Certificate.Bounds exact(CoefficientSet set) {
    try {
      return new Certificate.Bounds(
          ExactError.of(set.branch(Branch.LEFT).approximant()),
          ExactError.of(set.branch(Branch.RIGHT).approximant()));
    } catch (CertificateException e) {
      throw new CertificateException(set.name() + ": " + e.getMessage());
    }
  }

  private static List<Certificate.Bounds> inUse(List<CoefficientSet> sets, Dtype dtype) {
    Map<Activation, UseError> errors = new HashMap<>();
    sets.stream().map(CoefficientSet::activation).distinct().toList().parallelStream()
        .map(activation -> Map.entry(activation, new UseError(activation, dtype)))
        .toList()
        .forEach(entry -> errors.put(entry.getKey(), entry.getValue()));
    return sets.parallelStream().map(set -> errors.get(set.activation()).of(set)).toList();
  }

  /** One forward pass serves all sets of an activation. */
  private static List<Certificate.Bounds> inSinglePrecision(List<CoefficientSet> sets) {
    Map<Activation, List<CoefficientSet>> byActivation = new LinkedHashMap<>();
    sets.forEach(
        set -> byActivation.computeIfAbsent(set.activation(), _ -> new ArrayList<>()).add(set));
    Map<CoefficientSet, Certificate.Bounds> found = new HashMap<>();
    byActivation
        .values()
        .forEach(same -> {
          List<Certificate.Bounds> bounds = SingleUseError.of(same);
          for (int s = 0; s < same.size(); s++) {
            found.put(same.get(s), bounds.get(s));
          }
        });
    return sets.stream().map(found::get).toList();
  }

  private static void requireNear(Certificate certificate) {
    certificate
        .bounds()
        .forEach((dtype, bounds) -> {
          for (Branch branch : Branch.values()) {
            ErrorBound bound = bounds.of(branch);
            if (!(bound.upper() - bound.lower() <= GAP * bound.upper())) {
              throw new CertificateException(
                  certificate.set()
                      + ": the largest error in "
                      + dtype.label()
                      + " on the "
                      + branch.label()
                      + " branch lies between "
                      + bound.lower()
                      + " and "
                      + bound.upper()
                      + ", which is not near enough");
            }
          }
        });
  }
}
