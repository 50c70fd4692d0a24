package invact.internal.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir private Path folder;

  @Test
  void writesAndReplacesAndLeavesNothingElseBehind() throws Exception {
    Path file = folder.resolve("a/b/c.txt");
    assertTrue(AtomicFile.write(file, new byte[] {1}));
    assertTrue(AtomicFile.write(file, new byte[] {2, 3}));
    assertArrayEquals(new byte[] {2, 3}, Files.readAllBytes(file));
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertEquals(1, files.count());
    }
    assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void leavesAFileAloneThatHasTheBytesAlready() throws Exception {
    Path file = folder.resolve("c.txt");
    AtomicFile.write(file, new byte[] {1});
    FileTime old = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(file, old);
    assertFalse(AtomicFile.write(file, new byte[] {1}));
    assertEquals(old, Files.getLastModifiedTime(file));
  }

  @Test
  void namesWhatIsInTheWay() throws Exception {
    Path file = folder.resolve("file");
    Files.write(file, new byte[] {1});
    String message =
        assertThrows(IOException.class, () -> AtomicFile.requireWritableDirectory(file))
            .getMessage();
    assertTrue(message.contains(file.toString()) && message.contains("is a file"), message);
    message =
        assertThrows(IOException.class, () -> AtomicFile.write(file.resolve("x"), new byte[1]))
            .getMessage();
    assertTrue(message.contains(file.toString()), message);
    assertArrayEquals(new byte[] {1}, Files.readAllBytes(file));
  }
}
