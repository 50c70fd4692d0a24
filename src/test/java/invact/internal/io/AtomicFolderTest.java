package invact.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
  private static final String MARK = "build/mark";

  @TempDir private Path parent;

  private static Map<String, byte[]> files(String... pathsAndTexts) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < pathsAndTexts.length; i += 2) {
      files.put(pathsAndTexts[i], pathsAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }

  private static Map<String, String> tree(Path folder) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        tree.put(folder.relativize(path).toString(), Files.readString(path));
      }
    }
    return tree;
  }

  private void assertRefused(Path folder, String reason) throws IOException {
    Map<String, String> before = tree(parent);
    IOException e =
        assertThrows(
            IOException.class, () -> AtomicFolder.write(folder, files(MARK, "1", "a", "2"), MARK));
    assertTrue(e.getMessage().startsWith("cannot write to " + folder + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
    assertEquals(before, tree(parent));
  }

  @Test
  void aFolderIsWrittenAndReplacedWhole() throws IOException {
    Path folder = parent.resolve("a/b");
    assertTrue(AtomicFolder.write(folder, files(MARK, "1", "x/y", "2", "old", "3"), MARK));
    assertEquals(Map.of("a/b/build/mark", "1", "a/b/x/y", "2", "a/b/old", "3"), tree(parent));
    // What Python leaves goes with the old files.
    Files.createDirectories(folder.resolve("x/__pycache__"));
    Files.writeString(folder.resolve("x/__pycache__/y.pyc"), "code");
    assertTrue(AtomicFolder.write(folder, files(MARK, "4", "x/y", "5", "old", "3"), MARK));
    assertEquals(Map.of("a/b/build/mark", "4", "a/b/x/y", "5", "a/b/old", "3"), tree(parent));
    try (Stream<Path> beside = Files.list(folder.getParent())) {
      assertEquals(List.of(folder), beside.toList(), "nothing temporary is left");
    }
  }

  @Test
  void theSameFilesAreLeftAlone() throws IOException {
    Path folder = parent.resolve("b");
    AtomicFolder.write(folder, files(MARK, "1"), MARK);
    FileTime old = FileTime.fromMillis(86_400_000);
    Files.setLastModifiedTime(folder.resolve(MARK), old);
    Files.createDirectories(folder.resolve("build/__pycache__"));
    Files.writeString(folder.resolve("build/__pycache__/y.pyc"), "code");
    assertFalse(AtomicFolder.write(folder, files(MARK, "1"), MARK));
    assertEquals(old, Files.getLastModifiedTime(folder.resolve(MARK)));
  }

  @Test
  void anEmptyFolderIsFilled() throws IOException {
    Path folder = Files.createDirectories(parent.resolve("b/build")).getParent();
    assertTrue(AtomicFolder.write(folder, files(MARK, "1"), MARK));
    assertEquals(Map.of("b/build/mark", "1"), tree(parent));
  }

  @Test
  void whatOthersWroteIsKept() throws IOException {
    Path folder = parent.resolve("b");
    AtomicFolder.write(folder, files(MARK, "1", "a", "2"), MARK);
    Files.writeString(folder.resolve("notes.txt"), "mine");
    assertRefused(folder, "it holds notes.txt, which is not replaced: name a new folder");

    // A file of the same name in a folder that is not ours.
    Path project = Files.createDirectory(parent.resolve("project"));
    Files.writeString(project.resolve("a"), "mine");
    assertRefused(project, "it holds a, which is not replaced");

    Path file = Files.writeString(parent.resolve("file"), "mine");
    assertRefused(file, "it is no folder");
    IOException e =
        assertThrows(
            IOException.class,
            () -> AtomicFolder.write(file.resolve("below"), files(MARK, "1"), MARK));
    assertTrue(e.getMessage().startsWith("cannot write to " + file + ": "), e.getMessage());
    Path link = Files.createSymbolicLink(parent.resolve("link"), folder);
    assertRefused(link, "it is no folder");
  }
}
