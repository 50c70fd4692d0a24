package invact.memory.internal;

/** A configuration or a request that cannot be predicted; the message says why and what can be. */
public final class MemoryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Makes one.
   *
   * @param message one line
   */
  public MemoryException(String message) {
    super(message);
  }
}
