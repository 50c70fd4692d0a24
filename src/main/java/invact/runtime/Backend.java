package invact.runtime;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import java.util.Optional;

/** An implementation of {@link InvertedActivation} and {@link GatedUnit}. */
public interface Backend {
  /**
   * The name on the command line and in {@link Backends#of}.
   *
   * @return a lower-case name
   */
  String name();

  /**
   * What keeps this backend from running here.
   *
   * @return nothing if it can run; else one line that says what is missing and what to do about it
   */
  Optional<String> obstacle();

  /**
   * Makes an activation ready to run.
   *
   * @param set its coefficients
   * @return the activation
   * @throws IllegalArgumentException if this backend does not know a form of the set, or cannot
   *     hold its coefficients in fp32
   * @throws IllegalStateException if there is an {@link #obstacle()}
   */
  InvertedActivation open(CoefficientSet set);

  /**
   * Makes a gated unit ready to run: SwiGLU with SiLU, GeGLU with GELU for its gate.
   *
   * @param activation f of the gate, by name {@code Activations.of("silu")}; any activation will do
   * @return the gated unit
   * @throws IllegalStateException if there is an {@link #obstacle()}
   */
  GatedUnit gatedUnit(Activation activation);
}
