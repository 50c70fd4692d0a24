package invact.runtime;

import invact.coefficient.CoefficientSet;
import java.util.Optional;

/** An implementation of {@link InvertedActivation}. */
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
}
