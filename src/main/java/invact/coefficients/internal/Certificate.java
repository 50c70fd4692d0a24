package invact.coefficients.internal;

import invact.activation.Branch;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.numeric.internal.PerDtype;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is proved of the largest errors of a coefficient set.
 *
 * <p>In fp64 it is the error on exact outputs, sup |g(f(x)) − f′(x)| over all real x, g without
 * rounding from coefficients in fp32. In the other dtypes it is the error in use, the largest |g −
 * f′(x)| over all finite x of the dtype, y = f(x) rounded to it and g as the runtime computes it,
 * not yet rounded to the dtype.
 *
 * @param set the name of the set
 * @param digest the {@link #digest} of what was proved of
 * @param bounds what was proved, by dtype; not all dtypes need be there
 */
public record Certificate(String set, String digest, Map<Dtype, Bounds> bounds) {
  private static final long FNV_BASIS = 0xCBF29CE484222325L;
  private static final long FNV_PRIME = 0x100000001B3L;

  /**
   * By how much a measured error may exceed the proved one: coefficients that are no fp32 numbers
   * are measured as they are.
   */
  private static final double SLACK = 1 + 1e-4;

  /**
   * The same in use in fp32: the error stated is that of the correctly rounded f(x). A runtime's y
   * is another for a few inputs next to T, and there an ulp of y is a thousandth of the largest
   * error.
   */
  private static final double SLACK_IN_FP32 = 1 + 1e-2;

  /** Next to T an ulp of f(x) in fp64 changes g by so much. */
  private static final double LEAST_SLACK = 1e-8;

  /**
   * The bounds of two branches.
   *
   * @param left for x &lt; T
   * @param right for x ≥ T
   */
  public record Bounds(ErrorBound left, ErrorBound right) {
    /**
     * The bound of one branch.
     *
     * @param branch the branch
     * @return what is proved of it
     */
    public ErrorBound of(Branch branch) {
      return branch == Branch.LEFT ? left : right;
    }

    /**
     * The bound over all inputs.
     *
     * @return what is proved of both branches
     */
    public ErrorBound whole() {
      return left.or(right);
    }
  }

  /** Keeps the bounds by ascending dtype. */
  public Certificate {
    bounds = Collections.unmodifiableMap(new TreeMap<>(bounds));
  }

  /**
   * Tells sets apart that compute differently: activation, decoding, forms, targets, coefficients.
   *
   * <p>FNV-1a, 64 bits, of their text (G. Fowler, L. C. Noll and K.-P. Vo): against changes, not
   * against forgery, and without the time that loading SHA-256 takes.
   *
   * @param set a set
   * @return 16 hexadecimal digits
   */
  public static String digest(CoefficientSet set) {
    StringBuilder text = new StringBuilder(set.activation().name());
    set.activation().expression().ifPresent(expression -> text.append('\n').append(expression));
    for (Dtype dtype : PerDtype.DTYPES) {
      RoundedHeight height = set.decoding().get(dtype);
      text.append('\n').append(height.minimum());
      text.append(' ').append(height.offset()).append(' ').append(height.least());
    }
    for (Branch branch : Branch.values()) {
      BranchApproximant approximant = set.branch(branch).approximant();
      text.append('\n').append(approximant.target().label());
      text.append('\n').append(approximant.approximant());
    }
    long hash = FNV_BASIS;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return HexFormat.of().toHexDigits(hash);
  }

  /**
   * What a set states that the proof contradicts.
   *
   * @param stated the set
   * @return the reason why both cannot be true; nothing if they can
   */
  public Optional<String> contradiction(CoefficientSet stated) {
    if (!digest.equals(digest(stated))) {
      return Optional.of("what was proved was proved of other coefficients");
    }
    return bounds.entrySet().stream()
        .flatMap(bound ->
            bound.getKey() == Dtype.FP64
                ? exact(stated, bound.getValue())
                : inUse(stated, bound.getKey(), bound.getValue()))
        .findFirst();
  }

  /** The errors on exact outputs that cannot be. */
  private static Stream<String> exact(CoefficientSet stated, Bounds bounds) {
    return Stream.of(Branch.values())
        .flatMap(branch ->
            contradiction(
                branch.label() + ".derivativeError.maxAbs",
                stated.branch(branch).derivativeError().maxAbs(),
                bounds.of(branch).upper(),
                SLACK));
  }

  /** The error in use in a dtype that cannot be. */
  private static Stream<String> inUse(CoefficientSet stated, Dtype dtype, Bounds bounds) {
    return stated.errorInUse().stream()
        .flatMap(errors ->
            contradiction(
                "errorInUse." + dtype.label() + ".maxAbs",
                errors.get(dtype).found().maxAbs(),
                bounds.whole().upper(),
                dtype == Dtype.FP32 ? SLACK_IN_FP32 : SLACK));
  }

  private static Stream<String> contradiction(
      String key, double measured, double proved, double slack) {
    return measured > proved * slack + LEAST_SLACK
        ? Stream.of("key " + key + " is " + measured + ", but no error exceeds " + proved)
        : Stream.empty();
  }
}
