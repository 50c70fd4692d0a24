package invact.runtime.cuda.internal;

import invact.runtime.cuda.CudaException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The CUDA driver of this machine. */
public final class Cuda {
  /** The version that the PTX in the jar names, 7.4, came with CUDA 11.4. */
  static final int LEAST_VERSION = 11040;

  private Cuda() {}

  /**
   * What keeps the GPU runtime from running here.
   *
   * @return nothing if it can run; else one line that says what is missing and what to do about it
   */
  public static Optional<String> obstacle() {
    Optional<String> missing = Driver.LIBRARY.obstacle();
    if (missing.isPresent()) {
      return missing;
    }
    try {
      int version = version();
      if (version < LEAST_VERSION && Nvrtc.obstacle().isPresent()) {
        return Optional.of(
            "the driver supports CUDA "
                + text(version)
                + ", the kernels need "
                + text(LEAST_VERSION)
                + ": install NVIDIA's driver 470 or newer, or NVRTC of the driver's version");
      }
      List<Device> devices = devices();
      if (devices.stream().noneMatch(Device::isSupported)) {
        return Optional.of(
            devices.isEmpty()
                ? "the driver sees no GPU: check that nvidia-smi lists one"
                : "no GPU has compute capability 8.0 or more: there is " + devices);
      }
      return Optional.empty();
    } catch (CudaException e) {
      return Optional.of("the driver does not start: " + e.getMessage());
    }
  }

  /**
   * The CUDA version that the driver supports.
   *
   * @return 1000·major + 10·minor
   * @throws CudaException if there is no driver
   */
  public static int version() {
    return Driver.version();
  }

  /**
   * The GPUs that the driver sees.
   *
   * @return the devices, by ordinal
   * @throws CudaException if the driver is not there or does not start
   */
  public static List<Device> devices() {
    Driver.init();
    return IntStream.range(0, Device.count()).mapToObj(Device::of).toList();
  }

  /** A version as people write it. */
  public static String text(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }
}
