package invact.internal.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Optional;

/** What went wrong with a file, in words: the messages of the JDK are often a path alone. */
public final class Failure {
  private Failure() {}

  /**
   * The reason without the file.
   *
   * @param e the failure
   * @return such as {@code permission denied}
   */
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      case NotDirectoryException _ -> "is not a folder";
      case FileSystemException failure when failure.getReason() != null -> failure.getReason();
      default ->
          Optional.ofNullable(e.getMessage())
              .filter(message -> !message.isBlank())
              .orElse(e.getClass().getSimpleName());
    };
  }

  /**
   * File and reason.
   *
   * @param e the failure
   * @return one line
   */
  public static String line(IOException e) {
    return e instanceof FileSystemException failure && failure.getFile() != null
        ? failure.getFile() + ": " + reason(e)
        : reason(e);
  }
}
