package invact.fit;

/**
 * A fit that gives no answer; the message is one line that names what failed and the remedy. Either
 * the request asks for something that no fit can do ({@link #isWrongRequest}), or the fit was tried
 * and failed: no convergence, a pole, a coefficient too large for fp32.
 */
public final class FitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean wrongRequest;
  private final int[] undetermined;

  /** Reports a failed fit. */
  public FitException(String message) {
    this(message, null, false, new int[0]);
  }

  /** Reports a failed fit and what made it fail. */
  public FitException(String message, Throwable cause) {
    this(message, cause, false, new int[0]);
  }

  private FitException(String message, Throwable cause, boolean wrongRequest, int[] undetermined) {
    super(message, cause);
    this.wrongRequest = wrongRequest;
    this.undetermined = undetermined.clone();
  }

  /**
   * A request that no fit can answer.
   *
   * @param message what is wrong with it, and what to ask instead
   * @return the exception
   */
  public static FitException wrongRequest(String message) {
    return new FitException(message, null, true, new int[0]);
  }

  /**
   * A fit whose parameters the data do not determine.
   *
   * @param message what failed, and the remedy
   * @param parameters the indices of the parameters
   * @return the exception
   */
  public static FitException undetermined(String message, int[] parameters) {
    return new FitException(message, null, false, parameters);
  }

  /**
   * The parameters that the data do not determine: the curve stays as it is when they change
   * together.
   *
   * @return their indices; none if something else failed
   */
  public int[] undetermined() {
    return undetermined.clone();
  }

  /**
   * Whether the request is at fault.
   *
   * @return true if another request is the remedy; false if a fit was tried and failed
   */
  public boolean isWrongRequest() {
    return wrongRequest;
  }
}
