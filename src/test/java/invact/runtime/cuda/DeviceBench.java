package invact.runtime.cuda;

import invact.activation.Activations;
import invact.math.FloatFormat;
import java.util.ArrayList;
import java.util.List;

/** Prints the tables of {@link DeviceBenchmark} for the fast sets. */
public final class DeviceBench {
  private DeviceBench() {}

  public static void main(String[] args) {
    long elements = args.length > 0 ? Long.parseLong(args[0]) : DeviceBenchmark.DEFAULT_ELEMENTS;
    try (Context context = Context.primary(0)) {
      System.out.println(
          Cuda.devices() + ", CUDA " + Cuda.version() + ", Java " + Runtime.version());
      long start = System.nanoTime();
      try (Kernels kernels = Kernels.load(context)) {
        kernels.activation(DeviceSets.fast().getFirst());
        kernels.gatedUnit(Activations.SILU);
      }
      System.out.printf("kernels loaded in %.0f ms%n", (System.nanoTime() - start) / 1e6);
      List<DeviceBenchmark.Row> rows = new ArrayList<>();
      for (FloatFormat format :
          new FloatFormat[] {FloatFormat.BF16, FloatFormat.FP16, FloatFormat.FP32}) {
        rows.addAll(DeviceBenchmark.run(context, format, DeviceSets.fast(), elements));
      }
      DeviceBenchmark.print(rows, System.out::println);
      for (int i = 0; i < 3; i++) {
        System.out.printf(
            "launch: %.2f us%n",
            DeviceBenchmark.launchMicros(context, DeviceSets.fast().getFirst()));
      }
    }
  }
}
