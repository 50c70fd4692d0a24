package invact.internal.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Writes a folder of files so that a reader, or a crash, never sees some of them. */
public final class AtomicFolder {
  /** What Python leaves beside sources that it has loaded. */
  private static final String BYTECODE = "__pycache__";

  private AtomicFolder() {}

  /**
   * Puts files into a folder: written beside it under a temporary name, then renamed. A folder that
   * was written so before is replaced; one that holds these files already is left alone.
   *
   * @param folder where; the folders above it are made as needed
   * @param files the content of each file by its path in the folder, with '/'
   * @param mark the path of a file by which a folder is known to have been written so
   * @return whether the folder changed
   * @throws IOException if the folder cannot be written, or holds anything else; then it is as it
   *     was, and the message names it
   */
  public static boolean write(Path folder, Map<String, byte[]> files, String mark)
      throws IOException {
    Path target = folder.toAbsolutePath().normalize();
    if (target.getParent() == null) {
      throw new IOException("cannot write to " + folder + ": name a new folder");
    }
    AtomicFile.requireWritableDirectory(target.getParent());
    boolean isThere = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    if (isThere) {
      List<Path> present = present(folder, target);
      requireOurs(folder, present, files, mark);
      if (holds(target, present, files)) {
        return false;
      }
    }
    Files.createDirectories(target.getParent());
    Path temporary =
        Files.createTempDirectory(target.getParent(), "." + target.getFileName() + ".");
    try {
      Path written = temporary.resolve("new");
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        AtomicFile.write(written.resolve(file.getKey()), file.getValue());
      }
      Path old = temporary.resolve("old");
      if (isThere) {
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
      }
      try {
        Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        if (isThere) {
          Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
        }
        throw e;
      }
    } finally {
      delete(temporary);
    }
    return true;
  }

  /** The files of a folder, as paths in it, without bytecode; anything but files is one, too. */
  private static List<Path> present(Path folder, Path target) throws IOException {
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("cannot write to " + folder + ": it is no folder, name a new one");
    }
    try (Stream<Path> all = Files.walk(target)) {
      return all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .map(target::relativize)
          .filter(path -> !isBytecode(path))
          .sorted()
          .toList();
    }
  }

  private static boolean isBytecode(Path path) {
    return path.getParent() != null && path.getParent().endsWith(BYTECODE);
  }

  private static void requireOurs(
      Path folder, List<Path> present, Map<String, byte[]> files, String mark) throws IOException {
    boolean isMarked = present.contains(Path.of(mark));
    for (Path path : present) {
      if (!isMarked || !files.containsKey(slashed(path))) {
        throw new IOException(
            "cannot write to "
                + folder
                + ": it holds "
                + path
                + ", which is not replaced: name a new folder, or empty this one");
      }
    }
  }

  private static boolean holds(Path target, List<Path> present, Map<String, byte[]> files)
      throws IOException {
    if (present.size() != files.size()) {
      return false;
    }
    for (Path path : present) {
      if (!Arrays.equals(Files.readAllBytes(target.resolve(path)), files.get(slashed(path)))) {
        return false;
      }
    }
    return true;
  }

  private static String slashed(Path path) {
    return path.toString().replace(path.getFileSystem().getSeparator(), "/");
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> walked = Files.walk(folder)) {
      all = walked.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
