package invact.internal.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

  /** Files of a process that was killed went on lying there. */
  @Test
  void whatKilledRunsLeftIsDeleted() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    Path stale = Files.writeString(folder.resolve(".invact-" + ended.pid() + "-1.tmp"), "x");
    Path own = TemporaryFiles.create(folder);
    Path other = Files.writeString(folder.resolve(".invact-x.tmp"), "x");
    AtomicFile.requireWritableDirectory(folder);
    assertFalse(Files.exists(stale));
    assertTrue(Files.exists(own), "another thread's");
    assertTrue(Files.exists(other), "somebody else's");
  }

  @Test
  void messagesNameFileAndReason() throws Exception {
    Path taken = Files.createDirectories(folder.resolve("taken/by"));
    Path file = taken.getParent();
    String message =
        assertThrows(IOException.class, () -> AtomicFile.write(file, new byte[1])).getMessage();
    assertTrue(message.startsWith("cannot write " + file + ": "), message);
    assertEquals("f: permission denied", Failure.line(new AccessDeniedException("f")));
    assertEquals("f: there is no such file or folder", Failure.line(new NoSuchFileException("f")));
    assertEquals(
        "f: No space left on device",
        Failure.line(new FileSystemException("f", null, "No space left on device")));
    assertEquals("EOFException", Failure.line(new EOFException()));
  }
}
