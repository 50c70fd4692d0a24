package invact.runtime.cuda;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.coefficient.CoefficientSet;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernels on one device, which the driver compiles when one is first needed; it keeps what it
 * compiled in a cache of its own, so that the next program has them in milliseconds.
 */
public final class Kernels implements AutoCloseable {
  private static final Set<Activation> KNOWN = Set.of(Activations.GELU, Activations.SILU);

  private final Context context;
  private final Map<String, Module> modules = new HashMap<>();
  private final List<DeviceBuffer> constants = new ArrayList<>();
  private boolean closed;

  private Kernels(Context context) {
    this.context = context;
  }

  /**
   * The kernels for a context.
   *
   * @param context the context; it stays open until this is closed
   * @return the kernels
   */
  public static Kernels load(Context context) {
    return new Kernels(context);
  }

  /**
   * Makes an activation ready to run.
   *
   * @param set its coefficients, which go to the kernels as arguments
   * @return the activation, to be used no longer than this is open; where a table of outputs serves
   *     bf16, it holds 64 KiB of the device's memory as long
   * @throws IllegalArgumentException if there are no kernels for the activation, or fp32 cannot
   *     hold the coefficients
   * @throws IllegalStateException if the driver does not take the kernels
   */
  public DeviceActivation activation(CoefficientSet set) {
    return activation(set, DeviceActivation.leastForTable(set));
  }

  /** An activation whose backward pass in bf16 goes through a table from so many elements on. */
  DeviceActivation activation(CoefficientSet set, long leastForTable) {
    requireKnown(set.activation());
    return new DeviceActivation(set, this, leastForTable);
  }

  /**
   * Makes a gated unit p = f(a)·b ready to run.
   *
   * @param activation f
   * @return the unit, to be used no longer than this is open
   * @throws IllegalArgumentException if there are no kernels for the activation
   * @throws IllegalStateException if the driver does not take the kernels
   */
  public DeviceGatedUnit gatedUnit(Activation activation) {
    requireKnown(activation);
    return new DeviceGatedUnit(activation, module("gated"));
  }

  /**
   * Whether there are kernels for an activation.
   *
   * @param activation the activation
   * @return whether it is GELU or SiLU
   */
  public static boolean isKnown(Activation activation) {
    return KNOWN.contains(activation);
  }

  private static void requireKnown(Activation activation) {
    if (!isKnown(activation)) {
      throw new IllegalArgumentException(
          "there are no kernels for " + activation.name() + ": there are for gelu and silu");
    }
  }

  synchronized Module module(String name) {
    requireOpen();
    return modules.computeIfAbsent(name, key -> Module.load(context, key));
  }

  /** Numbers on the device, for as long as this is open. */
  synchronized DeviceBuffer constant(float[] values) {
    requireOpen();
    DeviceBuffer buffer = DeviceBuffer.allocate(context, values.length * (long) Float.BYTES);
    constants.add(buffer);
    try (Stream stream = Stream.create(context)) {
      buffer.upload(stream, MemorySegment.ofArray(values));
    }
    return buffer;
  }

  /** How many multiprocessors the device has. */
  int multiprocessors() {
    return context.device().multiprocessors();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the kernels are closed");
    }
  }

  /** Unloads the kernels. All work on them is done before. */
  @Override
  public synchronized void close() {
    closed = true;
    modules.values().forEach(Module::close);
    modules.clear();
    constants.forEach(DeviceBuffer::close);
    constants.clear();
  }
}
