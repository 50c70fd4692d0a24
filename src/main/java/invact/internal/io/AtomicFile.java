package invact.internal.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
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
   * @param file the file; its directories are made as needed
   * @param bytes the whole content
   * @return whether the file changed
   * @throws IOException with one line that names the file or its directory and the reason; then
   *     {@code file} is as it was
   */
  public static boolean write(Path file, byte[] bytes) throws IOException {
    Path target = file.toAbsolutePath();
    if (Files.isRegularFile(target) && Arrays.equals(Files.readAllBytes(target), bytes)) {
      return false;
    }
    requireWritableDirectory(target.getParent());
    try {
      Files.createDirectories(target.getParent());
      Path temporary = TemporaryFiles.create(target.getParent());
      try {
        Files.write(temporary, bytes);
        makeReadable(temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new IOException("cannot write " + file + ": " + Failure.reason(e), e);
    }
    return true;
  }

  /**
   * Makes sure that files can be put into a directory, or that it can be made; to be called before
   * long work whose result is to go there. Nothing is left behind, and what killed runs left there
   * is deleted.
   *
   * @param directory the directory, which need not be there
   * @throws IOException with one line that names the directory and what is wrong with it
   */
  public static void requireWritableDirectory(Path directory) throws IOException {
    Path existing = directory.toAbsolutePath();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      throw new IOException(
          "cannot write to " + directory + ": " + existing + " is a file, name a directory");
    }
    TemporaryFiles.deleteStale(existing);
    try {
      Files.delete(TemporaryFiles.create(existing));
    } catch (AccessDeniedException e) {
      throw new IOException("cannot write to " + directory + ": name a writable directory", e);
    } catch (IOException e) {
      throw new IOException("cannot write to " + directory + ": " + Failure.reason(e), e);
    }
  }

  /** Temporary files are private to their owner; results get the permissions of ordinary files. */
  private static void makeReadable(Path file) {
    file.toFile().setReadable(true, false);
  }
}
