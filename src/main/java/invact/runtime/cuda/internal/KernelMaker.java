package invact.runtime.cuda.internal;

import invact.runtime.cuda.CudaException;

/** Where kernels come from. */
public enum KernelMaker {
  /**
   * The jar, for the shapes that are built in; else NVRTC, where it is installed; else the
   * interpreter of programs.
   */
  BEST,
  /** NVRTC, for all kernels. */
  NVRTC,
  /** The interpreter, for all passes. */
  INTERPRETER;

  /** Names a maker in lower case. */
  static final String PROPERTY = "invact.cuda.compiler";

  /**
   * The maker that the property names.
   *
   * @throws CudaException if there is none of that name
   */
  public static KernelMaker ofProperty() {
    String name = System.getProperty(PROPERTY, "best");
    for (KernelMaker maker : values()) {
      if (maker.name().equalsIgnoreCase(name)) {
        return maker;
      }
    }
    throw new CudaException(
        "-D" + PROPERTY + "=" + name + " names no compiler: best, nvrtc or interpreter");
  }
}
