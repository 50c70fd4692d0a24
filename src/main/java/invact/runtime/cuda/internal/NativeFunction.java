package invact.runtime.cuda.internal;

import java.lang.invoke.MethodHandle;

/**
 * A function of a {@link NativeLibrary} that returns a status.
 *
 * @param name its name in C
 * @param handle calls it; as a record's component it is a constant to the compiler
 * @param failure makes the exception of a status other than 0
 */
record NativeFunction(String name, MethodHandle handle, NativeLibrary.Failure failure) {
  /** Gives the function its arguments, and returns its status. */
  @FunctionalInterface
  interface Call {
    int on(MethodHandle function) throws Throwable;
  }

  /**
   * Calls the function.
   *
   * @throws invact.runtime.cuda.CudaException if it fails, or is not there
   */
  void call(Call call) {
    int status = status(call);
    if (status != 0) {
      throw failure.of(name, status);
    }
  }

  /** Calls the function, and leaves its status to the caller. */
  int status(Call call) {
    try {
      return call.on(handle);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
  }
}
