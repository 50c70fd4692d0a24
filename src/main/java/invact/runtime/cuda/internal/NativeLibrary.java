package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import invact.runtime.cuda.CudaException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A library of C functions that return a status, 0 for success. A library that is missing has
 * functions all the same: calling one throws {@link #obstacle}.
 */
final class NativeLibrary {
  private static final MethodHandle THROW_MISSING = throwMissing();

  private final Optional<SymbolLookup> symbols;
  private final String missing;
  private final Failure failure;

  /** Makes the exception of a call that failed. */
  @FunctionalInterface
  interface Failure {
    CudaException of(String function, int status);
  }

  private NativeLibrary(Optional<SymbolLookup> symbols, String missing, Failure failure) {
    this.symbols = symbols;
    this.missing = missing;
    this.failure = failure;
  }

  /**
   * Opens the first library that is there.
   *
   * @param files names or paths, the best first
   * @param missing one line for where none is there: what is missing, and the remedy
   * @param failure makes the exception of a call that failed
   */
  static NativeLibrary open(Stream<String> files, String missing, Failure failure) {
    return new NativeLibrary(files.flatMap(NativeLibrary::lookup).findFirst(), missing, failure);
  }

  private static Stream<SymbolLookup> lookup(String file) {
    try {
      return Stream.of(SymbolLookup.libraryLookup(file, Arena.global()));
    } catch (IllegalArgumentException e) {
      // The lookup's way to say that there is no such library; obstacle() tells.
      return Stream.empty();
    }
  }

  /** The line that says what is missing, if the library is not there. */
  Optional<String> obstacle() {
    return symbols.isPresent() ? Optional.empty() : Optional.of(missing);
  }

  /** A function that returns a status. */
  NativeFunction function(String name, MemoryLayout... parameters) {
    FunctionDescriptor descriptor = FunctionDescriptor.of(JAVA_INT, parameters);
    return new NativeFunction(name, handle(name, descriptor), failure);
  }

  /** A function of any kind; one that throws, if the library does not have it. */
  MethodHandle handle(String name, FunctionDescriptor descriptor) {
    return symbols
        .flatMap(library -> library.find(name))
        .map(address -> Linker.nativeLinker().downcallHandle(address, descriptor))
        .orElseGet(() -> missing(name, descriptor.toMethodType()));
  }

  private MethodHandle missing(String function, MethodType type) {
    String message = obstacle().orElse("the driver is too old: it lacks " + function);
    return MethodHandles.dropArguments(
        THROW_MISSING.bindTo(message).asType(MethodType.methodType(type.returnType())),
        0,
        type.parameterList());
  }

  private static MethodHandle throwMissing() {
    try {
      return MethodHandles.lookup()
          .findStatic(
              NativeLibrary.class,
              "throwMissing",
              MethodType.methodType(Object.class, String.class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object throwMissing(String message) {
    throw new CudaException(message);
  }
}
