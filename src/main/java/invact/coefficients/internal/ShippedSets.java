package invact.coefficients.internal;

import invact.activation.Activation;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The coefficient sets that travel with the library, read as strictly as any other. */
public final class ShippedSets {
  private static final String FOLDER = "/invact/sets/";
  private static final String SUFFIX = ".json";

  /** All sets, read at most once. */
  private static final class Loaded {
    static final List<CoefficientSet> ALL = names().stream().map(ShippedSets::load).toList();
  }

  private ShippedSets() {}

  /**
   * The names of all shipped sets.
   *
   * @return the names, sorted
   */
  public static List<String> names() {
    URL folder = ShippedSets.class.getResource(FOLDER);
    if (folder == null) {
      return List.of();
    }
    try {
      URI uri = folder.toURI();
      if (uri.getScheme().equals("file")) {
        return names(Path.of(uri));
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return names(jar.getPath(FOLDER));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A shipped set.
   *
   * @param name its name, as {@link #names()} gives it
   * @return the set
   * @throws CoefficientException if no set of that name is shipped
   */
  public static CoefficientSet load(String name) {
    try (InputStream in = ShippedSets.class.getResourceAsStream(FOLDER + name + SUFFIX)) {
      if (in == null) {
        throw new CoefficientException(
            "no coefficient set '"
                + name
                + "' is shipped: there are "
                + String.join(", ", names()));
      }
      return CoefficientReader.parse(in.readAllBytes(), "shipped set " + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The shipped sets that are made for a dtype.
   *
   * @param activation the activation
   * @param dtype fp32, bf16 or fp16
   * @return the sets, by name; the first is the default
   */
  public static List<CoefficientSet> madeFor(Activation activation, Dtype dtype) {
    return Loaded.ALL.stream()
        .filter(set -> set.activation().equals(activation))
        .filter(set -> set.dtype().equals(Optional.of(dtype)))
        .toList();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(SUFFIX))
          .map(file -> file.substring(0, file.length() - SUFFIX.length()))
          .sorted()
          .toList();
    }
  }
}
