package invact.internal.io;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Temporary files, named {@code .invact-PROCESS-RANDOM.tmp}: a run that is killed leaves its files
 * behind, and a later run that comes to the same folder deletes them.
 */
public final class TemporaryFiles {
  private static final String PREFIX = ".invact-";
  private static final String SUFFIX = ".tmp";
  private static final Pattern NAME =
      Pattern.compile(Pattern.quote(PREFIX) + "([0-9]{1,18})-[0-9]+" + Pattern.quote(SUFFIX));

  private TemporaryFiles() {}

  /**
   * A new, empty file; whoever made it deletes it.
   *
   * @param folder a folder that is there
   * @return the file
   * @throws IOException if it cannot be made
   */
  public static Path create(Path folder) throws IOException {
    return Files.createTempFile(folder, PREFIX + ProcessHandle.current().pid() + "-", SUFFIX);
  }

  /**
   * Deletes the files in a folder whose process has ended.
   *
   * @param folder the folder; nothing happens if it cannot be listed
   */
  public static void deleteStale(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
      for (Path file : files) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches() && !isAlive(Long.parseLong(name.group(1)))) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Left for a run that may list and delete here.
    }
  }

  private static boolean isAlive(long process) {
    return ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
  }
}
