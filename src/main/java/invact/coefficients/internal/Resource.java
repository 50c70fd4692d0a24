package invact.coefficients.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A file of the jar. */
final class Resource {
  private Resource() {}

  /** The bytes of a file that every build of invact has. */
  static byte[] bytes(String path) {
    try (InputStream in = Resource.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("the jar is incomplete: it lacks " + path);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
