package invact.internal.io;

import java.io.IOException;

/** A table that is not what is asked for; the message is one line: file, line, column, remedy. */
public final class CsvException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * A table that is not what is asked for.
   *
   * @param message file, line, column, remedy; characters that cannot be printed are escaped
   */
  public CsvException(String message) {
    super(Printable.line(message));
  }
}
