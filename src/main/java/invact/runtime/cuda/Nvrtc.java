package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * NVRTC, CUDA's compiler as a library, which need not be there: it compiles the kernels that are
 * not in the jar, and all kernels for a driver that does not take their PTX.
 */
final class Nvrtc {
  /** Names the library's file, where the loader does not find it. */
  static final String LIBRARY_PROPERTY = "invact.nvrtc";

  /** The same, for programs whose properties one cannot set. */
  private static final String LIBRARY_VARIABLE = "INVACT_NVRTC";

  /** Of CUDA 13, 12 and 11, and the toolkit's link. */
  private static final List<String> LIBRARIES =
      List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so");

  /** What the sources include. */
  private static final List<String> HEADERS =
      List.of(
          "arithmetic.cuh",
          "elements.cuh",
          "instructions.cuh",
          "integers.cuh",
          "interpreter.cuh",
          "table.cuh");

  private static final Optional<SymbolLookup> SYMBOLS = open();

  private static final MethodHandle ERROR_TEXT =
      SYMBOLS
          .flatMap(symbols -> symbols.find("nvrtcGetErrorString"))
          .map(address ->
              Linker.nativeLinker()
                  .downcallHandle(address, FunctionDescriptor.of(ADDRESS, JAVA_INT)))
          .orElse(null);
  private static final MethodHandle CREATE =
      find("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle DESTROY = find("nvrtcDestroyProgram", ADDRESS);
  private static final MethodHandle COMPILE =
      find("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle LOG_SIZE = find("nvrtcGetProgramLogSize", ADDRESS, ADDRESS);
  private static final MethodHandle LOG = find("nvrtcGetProgramLog", ADDRESS, ADDRESS);
  private static final MethodHandle CUBIN_SIZE = find("nvrtcGetCUBINSize", ADDRESS, ADDRESS);
  private static final MethodHandle CUBIN = find("nvrtcGetCUBIN", ADDRESS, ADDRESS);

  private Nvrtc() {}

  /**
   * What keeps NVRTC from being called.
   *
   * @return nothing if it can be; else what is missing and what to do about it
   */
  static Optional<String> missing() {
    if (SYMBOLS.isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        library()
                .map(path -> path + " is no library that can be loaded")
                .orElse(LIBRARIES.getFirst() + " was not found")
            + ": install NVRTC, and name its file by -D"
            + LIBRARY_PROPERTY
            + "=PATH if it lies in no folder of libraries");
  }

  private static Optional<String> library() {
    return Optional.ofNullable(System.getProperty(LIBRARY_PROPERTY))
        .or(() -> Optional.ofNullable(System.getenv(LIBRARY_VARIABLE)));
  }

  private static Optional<SymbolLookup> open() {
    return library().map(Stream::of).orElseGet(LIBRARIES::stream).flatMap(Nvrtc::open).findFirst();
  }

  private static Stream<SymbolLookup> open(String library) {
    try {
      openBuiltins(Path.of(library));
      return Stream.of(SymbolLookup.libraryLookup(library, Arena.global()));
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }

  /** NVRTC loads a library by name that lies beside it, where the loader need not look. */
  private static void openBuiltins(Path library) {
    if (library.getParent() == null) {
      return;
    }
    try (DirectoryStream<Path> builtins =
        Files.newDirectoryStream(library.getParent(), "libnvrtc-builtins.so*")) {
      for (Path builtin : builtins) {
        SymbolLookup.libraryLookup(builtin, Arena.global());
      }
    } catch (IOException e) {
      // There is no such folder: opening the library itself will say so.
    }
  }

  private static MethodHandle find(String symbol, MemoryLayout... parameters) {
    return SYMBOLS
        .flatMap(symbols -> symbols.find(symbol))
        .map(address ->
            Linker.nativeLinker()
                .downcallHandle(address, FunctionDescriptor.of(JAVA_INT, parameters)))
        .orElse(null);
  }

  /**
   * Compiles kernels.
   *
   * @param name of the source, for messages
   * @param text the source
   * @param major compute capability of the device before the point
   * @param minor and after it
   * @return machine code for the device
   * @throws CudaException if NVRTC does not compile it, with its messages
   * @throws IllegalStateException if there is no NVRTC
   */
  static byte[] compile(String name, String text, int major, int minor) {
    missing()
        .ifPresent(missing -> {
          throw new IllegalStateException(missing);
        });
    List<String> options =
        List.of("--gpu-architecture=sm_" + major + minor, "--std=c++17", "--fmad=false");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      call(
          "nvrtcCreateProgram",
          () ->
              (int)
                  CREATE.invokeExact(
                      handle,
                      arena.allocateFrom(text),
                      arena.allocateFrom(name + ".cu"),
                      HEADERS.size(),
                      texts(arena, HEADERS.stream().map(Module::resource)),
                      texts(arena, HEADERS.stream())),
          () -> "");
      MemorySegment program = handle.get(ADDRESS, 0);
      try {
        call(
            "nvrtcCompileProgram",
            () ->
                (int) COMPILE.invokeExact(program, options.size(), texts(arena, options.stream())),
            () -> log(arena, program));
        MemorySegment size = arena.allocate(JAVA_LONG);
        call("nvrtcGetCUBINSize", () -> (int) CUBIN_SIZE.invokeExact(program, size), () -> "");
        MemorySegment cubin = arena.allocate(size.get(JAVA_LONG, 0));
        call("nvrtcGetCUBIN", () -> (int) CUBIN.invokeExact(program, cubin), () -> "");
        return cubin.toArray(JAVA_BYTE);
      } finally {
        call("nvrtcDestroyProgram", () -> (int) DESTROY.invokeExact(handle), () -> "");
      }
    }
  }

  private static MemorySegment texts(Arena arena, Stream<String> texts) {
    List<MemorySegment> segments = texts.map(arena::allocateFrom).toList();
    MemorySegment pointers = arena.allocate(ADDRESS, segments.size());
    for (int i = 0; i < segments.size(); i++) {
      pointers.setAtIndex(ADDRESS, i, segments.get(i));
    }
    return pointers;
  }

  private static String log(Arena arena, MemorySegment program) {
    MemorySegment size = arena.allocate(JAVA_LONG);
    call("nvrtcGetProgramLogSize", () -> (int) LOG_SIZE.invokeExact(program, size), () -> "");
    MemorySegment log = arena.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
    call("nvrtcGetProgramLog", () -> (int) LOG.invokeExact(program, log), () -> "");
    return log.getString(0).strip();
  }

  /** A call that gives a status. */
  @FunctionalInterface
  private interface Call {
    int run() throws Throwable;
  }

  private static void call(String function, Call call, Supplier<String> details) {
    try {
      int status = call.run();
      if (status != 0) {
        MemorySegment text = (MemorySegment) ERROR_TEXT.invokeExact(status);
        throw new CudaException(
            function, status, text.reinterpret(Long.MAX_VALUE).getString(0), details.get());
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }
}
