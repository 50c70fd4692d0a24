package invact.runtime.cuda;

import invact.activation.Activations;
import invact.coefficients.internal.ShippedSets;
import invact.numeric.Dtype;
import invact.runtime.cuda.DeviceBenchmark.Subject;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints the tables of {@link DeviceBenchmark} for kernels to choose from: each shipped set, in
 * bf16 with the table of outputs and without it, and sets of all shapes.
 */
public final class DeviceBench {
  private DeviceBench() {}

  public static void main(String[] args) {
    long elements = args.length > 0 ? Long.parseLong(args[0]) : DeviceBenchmark.DEFAULT_ELEMENTS;
    try (Context context = Context.primary(0)) {
      System.out.println(
          Cuda.devices() + ", CUDA " + Cuda.version() + ", Java " + Runtime.version());
      long start = System.nanoTime();
      try (Kernels kernels = Kernels.load(context)) {
        kernels.activation(DeviceSets.all().getFirst());
        kernels.gatedUnit(Activations.SILU);
      }
      System.out.printf("kernels loaded in %.0f ms%n", (System.nanoTime() - start) / 1e6);
      List<DeviceBenchmark.Row> rows = new ArrayList<>();
      for (Dtype dtype : new Dtype[] {Dtype.BF16, Dtype.FP16, Dtype.FP32}) {
        rows.addAll(DeviceBenchmark.time(context, dtype, subjects(dtype), elements));
      }
      DeviceBenchmark.print(rows, System.out::println);
    }
  }

  private static List<Subject> subjects(Dtype dtype) {
    List<Subject> subjects = new ArrayList<>();
    DeviceSets.all().stream()
        .filter(set -> isMeantFor(dtype, set.name()))
        .forEach(set -> {
          subjects.add(new Subject(set.name(), set, Long.MAX_VALUE));
          if (dtype == Dtype.BF16 && BuiltIn.like(BackwardPass.of(set).pass()).isPresent()) {
            subjects.add(new Subject(set.name() + " table", set, 0));
          }
        });
    return subjects;
  }

  /** Sets of no dtype, and the shipped ones of this. */
  private static boolean isMeantFor(Dtype dtype, String name) {
    return !ShippedSets.names().contains(name)
        || name.endsWith(dtype.label())
        || name.contains("paper");
  }
}
