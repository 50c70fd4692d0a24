package invact.coefficients.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippedSetsTest {
  private static final Path BASE = Path.of(System.getProperty("invact.basedir", "."));

  @TempDir private Path folder;

  @Test
  void indexListsTheFilesOfTheFolder() throws IOException {
    List<String> files = new ArrayList<>();
    try (var folder = Files.newDirectoryStream(BASE.resolve("coefficients"), "*.json")) {
      folder.forEach(file -> files.add(file.getFileName().toString().replace(".json", "")));
    }
    files.sort(null);
    assertEquals(files, CoefficientSet.shippedNames());
  }

  @Test
  void defaultOfADtypeIsTheFirst() {
    assertEquals(
        List.of("gelu-fp32", "gelu-segmented"),
        CoefficientSet.shippedFor(Activations.GELU, Dtype.FP32).stream()
            .map(CoefficientSet::name)
            .toList());
  }

  @Test
  void otherResourcesAreNoSets() {
    for (String name : List.of("nothing", "../published", "index.txt", "")) {
      assertTrue(
          assertThrows(CoefficientException.class, () -> CoefficientSet.shipped(name))
              .getMessage()
              .startsWith("no coefficient set '" + name + "' is shipped: there are gelu-bf16, "));
    }
  }

  /** Walking the file system of a jar threw when two threads did so at once. */
  @Test
  void twoThreadsReadTheSetsOfAJar() throws Exception {
    List<String> expected = CoefficientSet.shippedNames();
    Path jar = folder.resolve("with a space.jar");
    pack(classes(), jar);
    List<URL> path = new ArrayList<>(List.of(jar.toUri().toURL()));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (entry.endsWith(".jar")) {
        path.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader loader =
            new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Class<?> sets = loader.loadClass(CoefficientSet.class.getName());
      assertEquals(
          "jar", sets.getResource("CoefficientSet.class").toURI().getScheme(), "the jar's class");
      CyclicBarrier start = new CyclicBarrier(2);
      List<Future<?>> answers = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        answers.add(
            threads.submit(() -> {
              start.await();
              for (int i = 0; i < 200; i++) {
                assertEquals(expected, sets.getMethod("shippedNames").invoke(null));
              }
              return sets.getMethod("shipped", String.class).invoke(null, "gelu-paper");
            }));
      }
      for (Future<?> answer : answers) {
        assertEquals(sets, answer.get().getClass());
      }
    }
  }

  private static Path classes() throws Exception {
    return Path.of(
        CoefficientSet.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      Files.walkFileTree(
          classes,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
                throws IOException {
              String name = classes.relativize(path).toString().replace(File.separatorChar, '/');
              zip.putNextEntry(new ZipEntry(name));
              Files.copy(path, zip);
              return FileVisitResult.CONTINUE;
            }
          });
    }
  }
}
