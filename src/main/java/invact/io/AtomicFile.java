package invact.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/** Writes a file so that a reader, or a crash, sees the old bytes or the new ones. */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Puts {@code bytes} at {@code file}: written beside it under a temporary name, then renamed. A
   * file that holds these bytes already is left alone, its time of change too.
   *
   * @param file where; its directories are made as needed
   * @param bytes the whole content
   * @return whether the file changed
   * @throws IOException if the directory cannot be written; then {@code file} is as it was, and the
   *     message names it
   */
  public static boolean write(Path file, byte[] bytes) throws IOException {
    Path target = file.toAbsolutePath();
    if (Files.isRegularFile(target) && Arrays.equals(Files.readAllBytes(target), bytes)) {
      return false;
    }
    requireWritableDirectory(target.getParent());
    Path temporary = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".tmp");
    try {
      Files.write(temporary, bytes);
      makeReadable(temporary);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    return true;
  }

  /**
   * Makes a directory if it is not there, and makes sure that files can be put into it; to be
   * called before long work whose result is to go there.
   *
   * @param directory the directory
   * @throws IOException with one line that names the directory and what is wrong with it
   */
  public static void requireWritableDirectory(Path directory) throws IOException {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new IOException(directory + " is a file: name a directory to write to");
    }
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, ".probe", ".tmp"));
    } catch (AccessDeniedException | NoSuchFileException e) {
      throw new IOException("cannot write to " + directory + ": name a writable directory", e);
    } catch (IOException e) {
      throw new IOException("cannot write to " + directory + ": " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** Temporary files are private to their owner; results get the permissions of ordinary files. */
  private static void makeReadable(Path file) {
    file.toFile().setReadable(true, false);
  }
}
