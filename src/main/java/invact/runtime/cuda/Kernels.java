package invact.runtime.cuda;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import invact.internal.arithmetic.Forward;
import invact.internal.arithmetic.Gate;
import invact.runtime.cuda.internal.ActivationKernels;
import invact.runtime.cuda.internal.KernelLibrary;
import invact.runtime.cuda.internal.KernelMaker;

/**
 * The kernels on one device, which the driver compiles when one is first needed; it keeps what it
 * compiled in a cache of its own, so that the next program has them in milliseconds.
 *
 * <p>A pass whose shape is not built in is compiled by NVRTC, in about a second, where that is
 * installed; else its program is interpreted on the device, which is many times slower.
 */
public final class Kernels implements AutoCloseable {
  private final KernelLibrary library;

  private Kernels(KernelLibrary library) {
    this.library = library;
  }

  /**
   * The kernels for a context.
   *
   * @param context the context; it stays open until this is closed
   * @return the kernels
   */
  public static Kernels load(Context context) {
    return load(context, KernelMaker.ofProperty());
  }

  static Kernels load(Context context, KernelMaker maker) {
    return new Kernels(new KernelLibrary(context.driver(), maker));
  }

  /**
   * Makes an activation ready to run.
   *
   * @param set its coefficients, which go to the kernels as arguments
   * @return the activation, to be used no longer than this is open; where a table of outputs serves
   *     bf16, it holds 64 KiB of the device's memory as long
   * @throws IllegalArgumentException if the activation has no program, or fp32 cannot hold the
   *     coefficients
   * @throws CudaException if the driver does not take the kernels
   */
  public DeviceActivation activation(CoefficientSet set) {
    return activation(set, ActivationKernels.leastForTable(set));
  }

  /** An activation whose backward pass in bf16 goes through a table from so many elements on. */
  DeviceActivation activation(CoefficientSet set, long leastForTable) {
    if (!isKnown(set.activation())) {
      throw new IllegalArgumentException(
          "there are no kernels for "
              + set.activation().name()
              + ": it is not given by operations of programs");
    }
    return new DeviceActivation(set, new ActivationKernels(set, library, leastForTable));
  }

  /**
   * Makes a gated unit p = f(a)·b ready to run.
   *
   * @param activation f
   * @return the unit, to be used no longer than this is open
   * @throws IllegalArgumentException if the activation has no program as a gate
   * @throws CudaException if the driver does not take the kernels
   */
  public DeviceGatedUnit gatedUnit(Activation activation) {
    if (!isGate(activation)) {
      throw new IllegalArgumentException(
          "there are no kernels for a gate of "
              + activation.name()
              + ": its derivative is not given by operations of programs");
    }
    return new DeviceGatedUnit(activation, library);
  }

  /**
   * Whether an activation can be made ready to run.
   *
   * @param activation the activation
   * @return whether it has a program: all that are built in
   */
  public static boolean isKnown(Activation activation) {
    return Forward.of(activation).isPresent();
  }

  /**
   * Whether a gated unit of an activation can be made ready to run.
   *
   * @param activation the activation
   * @return whether it has a program as a gate: GELU and SiLU
   */
  public static boolean isGate(Activation activation) {
    return Gate.of(activation).isPresent();
  }

  /** Unloads the kernels. All work on them is done before. */
  @Override
  public void close() {
    library.close();
  }
}
