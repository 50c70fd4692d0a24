package invact.runtime;

import invact.runtime.internal.GeneratedCode;
import invact.runtime.internal.ScalarBackend;
import invact.runtime.internal.vector.VectorBackend;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The backends that this invact is built with. */
public final class Backends {
  /**
   * The name that stands for the first backend that can run here, or for the one that {@code
   * -Dinvact.backend} names. With {@code -Dinvact.backend=scalar} a debugger steps through plain
   * Java: no code is generated, and passes are many times slower.
   */
  public static final String AUTO = "auto";

  private static final System.Logger LOG = System.getLogger(Backends.class.getPackageName());

  private static final List<Backend> ALL = List.of(new VectorBackend(), new ScalarBackend());

  private Backends() {}

  /**
   * All backends, whether they can run here or not, in the order in which {@link #AUTO} tries them.
   *
   * @return an unmodifiable list; {@code scalar}, which always runs, is the last
   */
  public static List<Backend> all() {
    return ALL;
  }

  /**
   * The backend of a name.
   *
   * @param name {@link #AUTO}, which logs one line to {@code invact.runtime} saying what was chosen
   *     and why, or a name as {@link Backend#name()} gives it
   * @return a backend that can run here
   * @throws IllegalArgumentException if no backend has that name
   * @throws IllegalStateException if the backend named cannot run here; the message says what is
   *     missing and what to do about it
   */
  public static Backend of(String name) {
    return choose(
        name.equals(AUTO) ? System.getProperty(GeneratedCode.BACKEND_PROPERTY, AUTO) : name, ALL);
  }

  static Backend choose(String name, List<Backend> backends) {
    if (name.equals(AUTO)) {
      return first(backends);
    }
    for (Backend backend : backends) {
      if (backend.name().equals(name)) {
        backend
            .obstacle()
            .ifPresent(obstacle -> {
              throw new IllegalStateException("backend " + name + " is not available: " + obstacle);
            });
        return backend;
      }
    }
    throw new IllegalArgumentException(
        "unknown backend '"
            + name
            + "': use "
            + AUTO
            + ", "
            + backends.stream().map(Backend::name).collect(Collectors.joining(", ")));
  }

  private static Backend first(List<Backend> backends) {
    StringBuilder reasons = new StringBuilder();
    for (Backend backend : backends) {
      Optional<String> obstacle = backend.obstacle();
      if (obstacle.isEmpty()) {
        LOG.log(System.Logger.Level.INFO, "backend {0}{1}", backend.name(), reasons);
        return backend;
      }
      reasons.append("; not ").append(backend.name()).append(": ").append(obstacle.get());
    }
    throw new IllegalStateException("no backend is available" + reasons);
  }
}
