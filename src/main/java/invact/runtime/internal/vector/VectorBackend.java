package invact.runtime.internal.vector;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import invact.runtime.Backend;
import invact.runtime.GatedUnit;
import invact.runtime.InvertedActivation;
import java.util.Optional;

/**
 * Registers full of elements at a time, by the Vector API; bit for bit the scalar backend.
 *
 * <p>Loading this class loads no other of the Vector API, whose module may be missing.
 */
public final class VectorBackend implements Backend {
  private static final String MODULE = "jdk.incubator.vector";

  /** The backend; whether it can run is for {@link #obstacle} to say. */
  public VectorBackend() {}

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public Optional<String> obstacle() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return Optional.of("start java with --add-modules " + MODULE);
    }
    return JustInTimeCompiler.obstacle().or(Lanes::obstacle);
  }

  /**
   * The width of the registers that are used.
   *
   * @return 256 or 512
   * @throws IllegalStateException if there is an {@link #obstacle()}
   */
  public static int registerBits() {
    new VectorBackend().requireAvailable();
    return Lanes.FLOATS.vectorBitSize();
  }

  @Override
  public InvertedActivation open(CoefficientSet set) {
    requireAvailable();
    return new VectorActivation(set);
  }

  @Override
  public GatedUnit gatedUnit(Activation activation) {
    requireAvailable();
    return new VectorGatedUnit(activation);
  }

  private void requireAvailable() {
    obstacle()
        .ifPresent(obstacle -> {
          throw new IllegalStateException("backend " + name() + " is not available: " + obstacle);
        });
  }
}
