package invact.fit;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.form.FormSpec;
import invact.form.internal.Form;
import invact.form.internal.Forms;
import invact.numeric.Dtype;
import invact.sampling.Density;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A request to fit both branches of some activations.
 *
 * <pre>{@code
 * FitRequest.of(new FitRequest.Minimax(), Activations.SILU)
 *     .with(FitRequest.BranchForms.of("root-rational-4-4,root-exp-5"))
 *     .with(Target.DERIVATIVE)
 * }</pre>
 *
 * @param activations the activations
 * @param method how to fit
 * @param forms the forms of both branches; without them the paper's forms
 * @param target what the forms approximate; without one every target of each activation
 */
public record FitRequest(
    List<Activation> activations,
    Method method,
    Optional<BranchForms> forms,
    Optional<Target> target) {
  /** A way to fit. */
  public sealed interface Method {}

  /**
   * Least squares over samples of the exact function.
   *
   * @param uniformOutputs whether samples are uniform in y on each branch; otherwise in x over the
   *     range
   * @param points the number of samples over the range, or with uniform outputs on each branch
   * @param low the least input
   * @param high the largest input
   * @param starts starting points of the search for the coefficients in which a form is not linear
   * @param seed of the starting points
   */
  public record LeastSquares(
      boolean uniformOutputs, int points, double low, double high, int starts, long seed)
      implements Method {
    /** The name in JSON. */
    public static final String LABEL = "least-squares";

    /** 20001 inputs uniform on [−10, 10], 16 starts of seed 1. */
    public static final LeastSquares DEFAULT = new LeastSquares(false, 20_001, -10, 10, 16, 1);

    /** Memory: a sample takes 32 bytes, and more samples than this change no digit. */
    private static final int MAX_POINTS = 10_000_000;

    /** A thousand times the starts that a fit of the paper's forms needs. */
    private static final int MAX_STARTS = 10_000;

    /**
     * A way to sample and search.
     *
     * @throws FitException if there are fewer than 2 or more than 10⁷ points, the range is empty or
     *     not finite, or there are fewer than 1 or more than 10⁴ starts
     */
    public LeastSquares {
      if (points < 2 || points > MAX_POINTS) {
        throw FitException.wrongRequest("points must be from 2 to " + MAX_POINTS + ": " + points);
      }
      if (!(low < high) || Double.isInfinite(high - low)) {
        throw FitException.wrongRequest(
            "range " + low + ":" + high + " is empty or not finite: its low end comes first");
      }
      if (starts < 1 || starts > MAX_STARTS) {
        throw FitException.wrongRequest("starts must be from 1 to " + MAX_STARTS + ": " + starts);
      }
    }
  }

  /** The least largest error of f′ over the whole branch, or up to a form's cut-off. */
  public record Minimax() implements Method {
    /** The name in JSON and in names of coefficient sets. */
    public static final String LABEL = "minimax";
  }

  /**
   * Weighted least squares to E[f′(x) given rounded y], the best that any function of the stored
   * output can do. One input in a thousand is taken from all of [−20, 20] ({@link
   * Density#withRareInputs}).
   *
   * @param dtype the dtype of the stored output: fp32, bf16 or fp16
   * @param density how inputs are distributed
   */
  public record ConditionalMean(Dtype dtype, Density density) implements Method {
    /**
     * A fit for one dtype.
     *
     * @throws FitException if the dtype is fp64, or has no input of positive probability
     */
    public ConditionalMean {
      if (dtype == Dtype.FP64) {
        throw FitException.wrongRequest(
            "fp64 rounds nothing that a fit could see: use fp32, bf16 or fp16");
      }
      if (!(density.probability(-dtype.maxValue(), dtype.maxValue()) > 0)) {
        throw FitException.wrongRequest(
            density.description() + " has no inputs that " + dtype.label() + " can hold");
      }
    }
  }

  /**
   * A form for the left branch and one for the right branch, the same for all activations.
   *
   * @param left the left branch's form
   * @param right the right branch's form
   */
  public record BranchForms(FormSpec left, FormSpec right) {
    /**
     * A choice of forms.
     *
     * @throws FitException if the left form has a cut-off, beyond which q = 1, or the right one has
     *     neither a cut-off nor the limit 1
     */
    public BranchForms {
      if (!Forms.of(right, 1.0).endsInOne()) {
        throw FitException.wrongRequest(
            right.name()
                + " does not tend to f′ = 1 and cannot serve the right branch: end its name in"
                + " -cut-U, such as "
                + right.name()
                + "-cut-5.25, and write LEFT,RIGHT");
      }
      if (left.cutoff() < Double.POSITIVE_INFINITY) {
        throw FitException.wrongRequest(
            left.name() + " ends in f′ = 1 and cannot serve the left branch: write LEFT,RIGHT");
      }
    }

    /**
     * The forms of a text.
     *
     * @param text the name of one form, which then serves both branches, or LEFT,RIGHT
     * @return the forms
     * @throws IllegalArgumentException if a form of that name does not exist
     * @throws FitException if there are more than two names, or the forms cannot serve their
     *     branches
     */
    public static BranchForms of(String text) {
      String[] names = text.split(",", -1);
      if (names.length > 2) {
        throw FitException.wrongRequest(
            "'" + text + "' names " + names.length + " forms: write LEFT,RIGHT");
      }
      FormSpec right = FormSpec.of(names[names.length - 1]);
      return new BranchForms(FormSpec.of(names[0]), right);
    }

    /**
     * The name in names of coefficient sets.
     *
     * @return such as {@code root-rational-4-4-and-root-exp-5}
     */
    public String label() {
      return left.equals(right) ? left.name() : left.name() + "-and-" + right.name();
    }

    /** The form for one branch of an activation. */
    Form form(Activation activation, Branch branch) {
      return Forms.of(branch == Branch.LEFT ? left : right, -activation.minimum());
    }
  }

  /**
   * A request.
   *
   * @throws FitException if an activation lacks the target, the range of a least-squares fit does
   *     not contain an argmin, or a fit to the conditional mean has another target than f′
   */
  public FitRequest {
    activations = List.copyOf(activations);
    Objects.requireNonNull(forms, "forms");
    for (Activation activation : activations) {
      target.ifPresent(wanted -> requireTarget(activation, wanted));
      if (method instanceof LeastSquares samples) {
        requireBothBranches(activation, samples);
      }
    }
    if (method instanceof ConditionalMean && target.orElse(Target.DERIVATIVE) == Target.SIGMOID) {
      throw FitException.wrongRequest("conditional means are of f′: leave out target sigmoid");
    }
  }

  /**
   * A request for the paper's forms and all targets.
   *
   * @param method how to fit
   * @param activations the activations
   * @return the request
   */
  public static FitRequest of(Method method, Activation... activations) {
    return new FitRequest(Arrays.asList(activations), method, Optional.empty(), Optional.empty());
  }

  /**
   * This request with other forms.
   *
   * @param newForms the forms
   * @return the request
   */
  public FitRequest with(BranchForms newForms) {
    return new FitRequest(activations, method, Optional.of(newForms), target);
  }

  /**
   * This request for one target only.
   *
   * @param newTarget the target
   * @return the request
   */
  public FitRequest with(Target newTarget) {
    return new FitRequest(activations, method, forms, Optional.of(newTarget));
  }

  /** The targets to fit for one activation: of a conditional mean f′ alone. */
  List<Target> targets(Activation activation) {
    return method instanceof ConditionalMean
        ? List.of(Target.DERIVATIVE)
        : target.map(List::of).orElse(List.copyOf(activation.targets()));
  }

  private static void requireTarget(Activation activation, Target target) {
    if (!activation.targets().contains(target)) {
      throw FitException.wrongRequest(
          activation.name()
              + " has no target '"
              + target.label()
              + "': it has "
              + String.join(", ", activation.targets().stream().map(Target::label).toList()));
    }
  }

  private static void requireBothBranches(Activation activation, LeastSquares samples) {
    if (!(samples.low < activation.argmin() && activation.argmin() < samples.high)) {
      throw FitException.wrongRequest(
          "range "
              + samples.low
              + ":"
              + samples.high
              + " does not contain "
              + activation.name()
              + "'s argmin T = "
              + activation.argmin()
              + ": both branches need samples");
    }
  }
}
