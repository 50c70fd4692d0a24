package invact.internal.bench;

import invact.activation.Activation;
import invact.numeric.Dtype;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Something to time.
 *
 * @param op its name, after {@link BenchmarkRow#op()}
 * @param set the name of the coefficient set that takes part in it, if one does
 * @param backend what runs it
 * @param bytesPerElement what it has to read and write
 * @param pass runs it once
 * @param baseline runs the baseline's operation of the same use once, if it has one
 */
record Operation(
    String op,
    Optional<String> set,
    String backend,
    double bytesPerElement,
    Runnable pass,
    Optional<Runnable> baseline) {
  static final String COPY = "copy";

  /** The bytes of the indicator, an element. */
  static final double BIT = 1.0 / Byte.SIZE;

  /** The forward pass of an activation, which no coefficient takes part in. */
  static String forward(Activation activation) {
    return activation.name() + "-forward";
  }

  /** The backward pass of an activation. */
  static String backward(Activation activation) {
    return activation.name() + "-backward";
  }

  /**
   * The rows of operations that begin with a copy.
   *
   * @param dtype the dtype of their tensors
   * @param workload what they are part of
   * @param operations the operations
   * @param nanos the times of their passes
   * @param baselineNanos the times of the baselines, of those operations that have one
   * @return one row for each operation
   */
  static List<BenchmarkRow> rows(
      Dtype dtype,
      Workload workload,
      List<Operation> operations,
      List<Spread> nanos,
      List<Spread> baselineNanos) {
    double perElement = 1.0 / workload.elements();
    double copyRate = operations.getFirst().bytesPerElement / nanos.getFirst().median();
    Iterator<Spread> ours = nanos.iterator();
    Iterator<Spread> baselines = baselineNanos.iterator();
    List<BenchmarkRow> rows = new ArrayList<>();
    for (Operation operation : operations) {
      Spread time = ours.next();
      rows.add(
          new BenchmarkRow(
              operation.op,
              operation.set,
              dtype,
              operation.backend,
              workload.threads(),
              workload.elements(),
              operation.bytesPerElement,
              time.times(perElement),
              operation.bytesPerElement / time.median() / copyRate,
              operation.baseline.isEmpty()
                  ? OptionalDouble.empty()
                  : OptionalDouble.of(baselines.next().median() * perElement)));
    }
    return rows;
  }
}
