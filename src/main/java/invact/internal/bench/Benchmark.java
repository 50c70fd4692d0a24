package invact.internal.bench;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Times the runtime on one device, beside a copy of the same tensor. */
public sealed interface Benchmark permits CpuBenchmark, CudaBenchmark {
  /**
   * The benchmark of every device, whether it is there or not.
   *
   * @return the benchmarks; the first is the default
   */
  static List<Benchmark> all() {
    return List.of(new CpuBenchmark(), new CudaBenchmark());
  }

  /**
   * The benchmark of a device.
   *
   * @param device its name
   * @return the benchmark
   * @throws IllegalArgumentException if no device has that name
   */
  static Benchmark of(String device) {
    return all().stream()
        .filter(benchmark -> benchmark.device().equals(device))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("unknown device '" + device + "': use cpu or cuda"));
  }

  /**
   * The device's name on the command line.
   *
   * @return {@code cpu} or {@code cuda}
   */
  String device();

  /**
   * What keeps the benchmark from running here.
   *
   * @return nothing if it can run; else one line that says what is missing and what to do about it
   */
  Optional<String> obstacle();

  /**
   * How many threads of the host can share the work.
   *
   * @return the number of processors, or 1 where one thread alone hands the work over
   */
  int mostThreads();

  /**
   * How long a tensor is to be, if nobody says.
   *
   * @return a number of elements whose tensors outgrow the caches of most devices
   */
  long defaultElements();

  /**
   * Times everything. Answers are checked before they are timed.
   *
   * @param workload what to time
   * @param notes receives lines about the machine and the measurement that are no rows
   * @return the rows; each dtype's begin with its copy
   * @throws BenchmarkException if an answer is wrong, the device is not there or has too little
   *     memory
   */
  List<BenchmarkRow> run(Workload workload, Consumer<String> notes);
}
