package invact.cli;

import invact.coefficients.internal.ShippedSets;
import invact.internal.bench.Libtorch;
import invact.internal.bench.Machine;
import invact.runtime.Backend;
import invact.runtime.Backends;
import invact.runtime.cuda.Context;
import invact.runtime.cuda.CudaException;
import invact.runtime.cuda.Kernels;
import invact.runtime.cuda.internal.Cuda;
import invact.runtime.cuda.internal.Device;
import invact.runtime.internal.GeneratedCode;
import invact.runtime.internal.vector.VectorBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A part of the machine that invact can use.
 *
 * @param part the name of the part
 * @param isThere whether it can be used
 * @param detail what was found; else what is missing, and the remedy
 */
record Diagnosis(String part, boolean isThere, String detail) {
  /** All parts; the last rows say which are used. */
  static List<Diagnosis> all() {
    List<Diagnosis> all = new ArrayList<>();
    all.add(new Diagnosis("Java", true, Machine.java()));
    all.add(new Diagnosis("processors", true, Machine.processors()));
    all.add(vectors());
    all.add(nativeAccess());
    List<Diagnosis> gpu = gpu();
    all.addAll(gpu);
    all.add(
        Libtorch.obstacle()
            .map(obstacle -> new Diagnosis("libtorch", false, obstacle))
            .orElseGet(() ->
                new Diagnosis(
                    "libtorch",
                    true,
                    Libtorch.version() + ", for 'invact bench' to compare with")));
    all.add(new Diagnosis("used on CPU", true, "backend " + Backends.of(Backends.AUTO).name()));
    all.add(generated());
    boolean hasGpu = gpu.stream().allMatch(Diagnosis::isThere);
    all.add(
        new Diagnosis(
            "used on GPU", hasGpu, hasGpu ? "the kernels of invact.runtime.cuda" : "none"));
    return all;
  }

  /** What decides results and speed, for a report of a fault. */
  static List<Diagnosis> versions() {
    List<Diagnosis> parts = new ArrayList<>();
    parts.add(new Diagnosis("Java", true, Machine.java()));
    for (Backend backend : Backends.all()) {
      parts.add(
          backend
              .obstacle()
              .map(why -> new Diagnosis(backend.name() + " backend", false, "no: " + why))
              .orElseGet(() -> new Diagnosis(backend.name() + " backend", true, "yes")));
    }
    parts.add(
        Context.obstacle()
            .map(obstacle -> new Diagnosis("driver", false, "none"))
            .orElseGet(Diagnosis::driver));
    return parts;
  }

  private static Diagnosis driver() {
    return new Diagnosis("driver", true, "for CUDA " + Cuda.text(Cuda.version()));
  }

  private static Diagnosis vectors() {
    return new VectorBackend()
        .obstacle()
        .map(obstacle -> new Diagnosis("vectors", false, obstacle))
        .orElseGet(() ->
            new Diagnosis(
                "vectors",
                true,
                "registers of "
                    + VectorBackend.registerBits()
                    + " bits; a program of your own needs --add-modules jdk.incubator.vector"));
  }

  private static Diagnosis nativeAccess() {
    return Diagnosis.class.getModule().isNativeAccessEnabled()
        ? new Diagnosis("native access", true, "allowed")
        : new Diagnosis(
            "native access",
            false,
            "start java with --enable-native-access=ALL-UNNAMED to call the GPU's driver");
  }

  /** The driver, its GPUs and the loading of the kernels; one row where there is no driver. */
  private static List<Diagnosis> gpu() {
    Optional<String> obstacle = Context.obstacle();
    if (obstacle.isPresent()) {
      return List.of(new Diagnosis("GPU", false, obstacle.get()));
    }
    List<Diagnosis> gpu = new ArrayList<>();
    gpu.add(driver());
    for (Device device : Cuda.devices()) {
      gpu.add(
          new Diagnosis(
              "GPU",
              true,
              device.name()
                  + ", compute capability "
                  + device.major()
                  + "."
                  + device.minor()
                  + ", "
                  + (device.bytes() >> 30)
                  + " GiB"));
    }
    try (Context context = Context.primary(0)) {
      Kernels.load(context).close();
      gpu.add(new Diagnosis("PTX", true, "the kernels load"));
    } catch (CudaException e) {
      gpu.add(new Diagnosis("PTX", false, e.getMessage()));
    }
    return gpu;
  }

  /** Runs a pass of the backend that would be used, and says what was generated for it. */
  private static Diagnosis generated() {
    float[] x = new float[64];
    Backends.of(Backends.AUTO)
        .open(ShippedSets.load("gelu-fp32"))
        .forward(x, x, new byte[x.length / Byte.SIZE]);
    List<String> classes = GeneratedCode.classes();
    return classes.isEmpty()
        ? new Diagnosis("generated code", false, "none: programs are interpreted")
        : new Diagnosis(
            "generated code",
            true,
            String.join(", ", classes)
                + " for GELU forward; -D"
                + GeneratedCode.LISTINGS_PROPERTY
                + "=DIR writes what their lines are");
  }
}
