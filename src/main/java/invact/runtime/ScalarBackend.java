package invact.runtime;

import invact.activation.Activation;
import invact.coefficient.CoefficientSet;
import java.util.Optional;

/** One element after the other in plain Java: the specification, and it runs everywhere. */
final class ScalarBackend implements Backend {
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
