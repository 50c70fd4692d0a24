package invact.certify.internal;

/** An error that cannot be proved, or a claim that the proof contradicts; the message says why. */
public final class CertificateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure.
   *
   * @param message one line: what cannot be proved, and why
   */
  public CertificateException(String message) {
    super(message);
  }
}
