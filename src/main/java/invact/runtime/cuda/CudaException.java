package invact.runtime.cuda;

import java.util.OptionalInt;

/**
 * The GPU runtime cannot do what is asked: a call of CUDA failed, or what it needs is missing. The
 * message is one line, with CUDA's own name and text of the status and, where there is one, the
 * remedy.
 */
public final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** 0, CUDA's success, if no call failed. */
  private final int status;

  /**
   * Something is missing, or does not fit.
   *
   * @param message one line
   */
  public CudaException(String message) {
    this(message, null);
  }

  /**
   * Something is missing, or does not fit.
   *
   * @param message one line
   * @param cause what told so; null if nothing did
   */
  public CudaException(String message, Throwable cause) {
    super(message, cause);
    status = 0;
  }

  /**
   * A call failed.
   *
   * @param function what was called
   * @param status what it returned, not 0
   * @param name CUDA's name of the status
   * @param text CUDA's text of it
   */
  public CudaException(String function, int status, String name, String text) {
    super(function + ": " + name + " (" + status + "): " + text);
    this.status = status;
  }

  /**
   * The status that CUDA gave.
   *
   * @return a {@code CUresult} or {@code nvrtcResult}; nothing if no call failed
   */
  public OptionalInt status() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }
}
