package invact.internal.bench;

import java.util.Optional;

/**
 * Whether libtorch, the library beneath PyTorch, can be called: by JavaCPP's binding, an optional
 * dependency. This class refers to none of its classes.
 */
public final class Libtorch {
  private static final String BINDING = "org.bytedeco.pytorch.global.torch";

  private static final String REMEDY =
      "'mvn -q -Plibtorch -DskipTests package' fetches it, for comparisons only";

  private static final Optional<String> OBSTACLE = look();

  private Libtorch() {}

  /**
   * What keeps libtorch from being compared with.
   *
   * @return nothing if it is there; else one line that says what is missing and what to do about it
   */
  public static Optional<String> obstacle() {
    return OBSTACLE;
  }

  private static Optional<String> look() {
    try {
      Class.forName(BINDING);
      return Optional.empty();
    } catch (ClassNotFoundException e) {
      return Optional.of("it is not on the class path: " + REMEDY);
    } catch (LinkageError e) {
      return Optional.of("it does not load: " + e.getMessage() + ": " + REMEDY);
    }
  }

  /**
   * The library's name and version, and that of its binding.
   *
   * @return for instance {@code libtorch 2.10.0-1.5.13}
   * @throws IllegalStateException if there is an {@link #obstacle()}
   */
  public static String version() {
    obstacle()
        .ifPresent(obstacle -> {
          throw new IllegalStateException("libtorch: " + obstacle);
        });
    return LibtorchBaseline.version();
  }

  /** The library as a baseline, if it is there. */
  static Optional<Baseline> baseline() {
    return obstacle().isPresent() ? Optional.empty() : Optional.of(new LibtorchBaseline());
  }
}
