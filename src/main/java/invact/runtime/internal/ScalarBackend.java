package invact.runtime.internal;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import invact.runtime.Backend;
import invact.runtime.GatedUnit;
import invact.runtime.InvertedActivation;
import java.util.Optional;

/** One element after the other in plain Java: the specification, and it runs everywhere. */
public final class ScalarBackend implements Backend {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public InvertedActivation open(CoefficientSet set) {
    return new ScalarActivation(set);
  }

  @Override
  public GatedUnit gatedUnit(Activation activation) {
    return new ScalarGatedUnit(activation);
  }
}
