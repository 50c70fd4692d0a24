package invact.runtime.cuda;

/** A call of the CUDA driver that failed, with CUDA's own name and text of the status. */
public final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  CudaException(String function, int status, String name, String text) {
    super(function + ": " + name + " (" + status + "): " + text);
    this.status = status;
  }

  /**
   * The status that CUDA gave.
   *
   * @return a {@code CUresult}, not 0
   */
  public int status() {
    return status;
  }
}
