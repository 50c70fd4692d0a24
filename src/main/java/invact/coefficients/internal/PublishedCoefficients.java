package invact.coefficients.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientSet;
import invact.form.internal.Approximant;
import invact.form.internal.PaperGeluLeft;
import invact.form.internal.PaperRight;
import invact.form.internal.PaperSiluLeft;
import invact.internal.io.Json;
import java.util.Map;
import java.util.Optional;

/**
 * The coefficients that Novikov and Oseledets print (arXiv 2407.15545v1, section 5.1). {@code
 * published.json} holds them as printed; this class corrects two misprints of the SiLU tables.
 *
 * <ol>
 *   <li>The two tables carry each other's label: the table of 5 coefficients is the right branch's.
 *   <li>The coefficients approximate σ∘f⁻¹, not f′∘f⁻¹.
 * </ol>
 *
 * <p>The largest error of SiLU's derivative is 0.5 as printed, 0.22 with the first correction
 * alone, and 2.9e-3 with both.
 */
public final class PublishedCoefficients {
  private static final String RESOURCE = "/invact/published.json";

  /** Read and measured once. */
  private static final Map<Activation, CoefficientSet> SETS = read();

  private PublishedCoefficients() {}

  /**
   * The published set of an activation, {@code NAME-published}.
   *
   * @param activation the activation
   * @return the set, or nothing if the paper has none
   */
  public static Optional<CoefficientSet> of(Activation activation) {
    return Optional.ofNullable(SETS.get(activation));
  }

  private static Map<Activation, CoefficientSet> read() {
    JsonObject json = JsonObject.root(Json.tree(Resource.bytes(RESOURCE)));
    String source = json.text("source");
    JsonObject gelu = json.object("gelu");
    JsonObject silu = json.object("silu");
    return Map.of(
        Activations.GELU,
        set(
            Activations.GELU,
            Target.DERIVATIVE,
            new Approximant(
                new PaperGeluLeft(-Activations.GELU.minimum()), numbers(gelu, "q_left")),
            new Approximant(new PaperRight(), numbers(gelu, "q_right")),
            new Provenance.Published(source, "as printed")),
        Activations.SILU,
        set(
            Activations.SILU,
            Target.SIGMOID,
            new Approximant(new PaperSiluLeft(), numbers(silu, "q_right")),
            new Approximant(new PaperRight(), numbers(silu, "q_left")),
            new Provenance.Published(
                source,
                "labels q_left and q_right exchanged; approximates sigmoid, not the derivative")));
  }

  private static double[] numbers(JsonObject json, String key) {
    return json.numbers(key).stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static CoefficientSet set(
      Activation activation,
      Target target,
      Approximant left,
      Approximant right,
      Provenance provenance) {
    return new CoefficientSet(
        activation.name() + "-published",
        activation,
        BranchCoefficients.measured(
            new BranchApproximant(activation, Branch.LEFT, target, left), provenance),
        BranchCoefficients.measured(
            new BranchApproximant(activation, Branch.RIGHT, target, right), provenance));
  }
}
