package invact.certify.internal;

/**
 * An operation has no bounded result on these intervals: a division by one that contains 0, a root
 * of one that is not positive. On narrower intervals it may have one.
 */
final class NoEnclosureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoEnclosureException(String message) {
    // Thrown while cells are halved: the place in the code tells nothing.
    super(message, null, false, false);
  }
}
