package invact.sampling.internal;

import invact.activation.Activation;
import invact.activation.internal.Scale;
import invact.sampling.Density;
import java.util.List;

/** The densities that fits and reports take unless another one is named. */
public final class Densities {
  /** x ~ N(0, 1), as a normalised layer makes inputs. */
  public static final Density USUAL = new Density.Normal(1);

  /**
   * The densities for which a default set is judged, {@link #USUAL} first: half and twice its scale
   * too, since not every layer is normalised.
   */
  public static final List<Density> SCALES =
      List.of(USUAL, new Density.Normal(0.5), new Density.Normal(2));

  /** How often the inputs of {@link #wide} are rare ones. */
  private static final double RARE = 0.1;

  /** How far from 0 rare inputs lie; in scales of f where that is wider than inputs. */
  private static final double REACH = 20;

  private Densities() {}

  /**
   * The density to which the 16-bit default sets are fitted: {@link #USUAL}, but one input in ten
   * from anywhere in [−20, 20], so that rare inputs are not given up.
   *
   * @param activation the activation, whose scale widens the range
   * @return the density
   */
  public static Density wide(Activation activation) {
    double reach = REACH * StrictMath.max(1, Scale.of(activation));
    return new Density.Mixture(USUAL, new Density.Uniform(-reach, reach), RARE);
  }
}
