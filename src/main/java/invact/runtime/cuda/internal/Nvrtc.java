package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.runtime.cuda.CudaException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * NVRTC, CUDA's compiler as a library, which need not be there: it compiles the kernels that are
 * not in the jar, and all kernels for a driver that does not take their PTX.
 */
public final class Nvrtc {
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

  private static final NativeLibrary LIBRARY = open();

  private static final MethodHandle ERROR_TEXT =
      LIBRARY.handle("nvrtcGetErrorString", FunctionDescriptor.of(ADDRESS, JAVA_INT));
  private static final NativeFunction CREATE =
      LIBRARY.function("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  private static final NativeFunction DESTROY = LIBRARY.function("nvrtcDestroyProgram", ADDRESS);
  private static final NativeFunction COMPILE =
      LIBRARY.function("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS);
  private static final NativeFunction LOG_SIZE =
      LIBRARY.function("nvrtcGetProgramLogSize", ADDRESS, ADDRESS);
  private static final NativeFunction LOG =
      LIBRARY.function("nvrtcGetProgramLog", ADDRESS, ADDRESS);
  private static final NativeFunction CUBIN_SIZE =
      LIBRARY.function("nvrtcGetCUBINSize", ADDRESS, ADDRESS);
  private static final NativeFunction CUBIN = LIBRARY.function("nvrtcGetCUBIN", ADDRESS, ADDRESS);

  private Nvrtc() {}

  /**
   * What keeps NVRTC from being called.
   *
   * @return nothing if it can be; else what is missing and what to do about it
   */
  public static Optional<String> obstacle() {
    return LIBRARY.obstacle();
  }

  private static Optional<String> library() {
    return Optional.ofNullable(System.getProperty(LIBRARY_PROPERTY))
        .or(() -> Optional.ofNullable(System.getenv(LIBRARY_VARIABLE)));
  }

  private static NativeLibrary open() {
    Optional<String> named = library();
    named.ifPresent(Nvrtc::openBuiltins);
    return NativeLibrary.open(
        named.map(Stream::of).orElseGet(LIBRARIES::stream),
        named
                .map(path -> path + " is no library that can be loaded")
                .orElse(LIBRARIES.getFirst() + " was not found")
            + ": install NVRTC, and name its file by -D"
            + LIBRARY_PROPERTY
            + "=PATH if it lies in no folder of libraries",
        (function, status) -> failure(function, status, ""));
  }

  /** NVRTC loads a library by name that lies beside it, where the loader need not look. */
  private static void openBuiltins(String library) {
    try (DirectoryStream<Path> builtins =
        Files.newDirectoryStream(
            Path.of(library).toAbsolutePath().getParent(), "libnvrtc-builtins.so*")) {
      for (Path builtin : builtins) {
        SymbolLookup.libraryLookup(builtin, Arena.global());
      }
    } catch (IOException | IllegalArgumentException e) {
      // Without its builtins the library itself does not open, or says so when it compiles.
    }
  }

  /**
   * Compiles kernels.
   *
   * @param name of the source, for messages
   * @param text the source
   * @param major compute capability of the device before the point
   * @param minor and after it
   * @return machine code for the device
   * @throws CudaException if NVRTC is missing, or does not compile it, with its messages
   */
  static byte[] compile(String name, String text, int major, int minor) {
    List<String> options =
        List.of("--gpu-architecture=sm_" + major + minor, "--std=c++17", "--fmad=false");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      MemorySegment source = arena.allocateFrom(text);
      MemorySegment file = arena.allocateFrom(name + ".cu");
      MemorySegment headers = texts(arena, HEADERS.stream().map(KernelModule::resource));
      MemorySegment headerNames = texts(arena, HEADERS.stream());
      CREATE.call(
          f -> (int) f.invokeExact(handle, source, file, HEADERS.size(), headers, headerNames));
      MemorySegment program = handle.get(ADDRESS, 0);
      try {
        MemorySegment values = texts(arena, options.stream());
        int status = COMPILE.status(f -> (int) f.invokeExact(program, options.size(), values));
        if (status != 0) {
          throw failure(COMPILE.name(), status, log(arena, program));
        }
        MemorySegment size = arena.allocate(JAVA_LONG);
        CUBIN_SIZE.call(f -> (int) f.invokeExact(program, size));
        MemorySegment cubin = arena.allocate(size.get(JAVA_LONG, 0));
        CUBIN.call(f -> (int) f.invokeExact(program, cubin));
        return cubin.toArray(JAVA_BYTE);
      } finally {
        DESTROY.call(f -> (int) f.invokeExact(handle));
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
    LOG_SIZE.call(f -> (int) f.invokeExact(program, size));
    MemorySegment log = arena.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
    LOG.call(f -> (int) f.invokeExact(program, log));
    return log.getString(0).strip();
  }

  private static CudaException failure(String function, int status, String details) {
    try {
      MemorySegment text = (MemorySegment) ERROR_TEXT.invokeExact(status);
      return new CudaException(
          function, status, text.reinterpret(Long.MAX_VALUE).getString(0), details);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }
}
