package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import invact.internal.arithmetic.Forward;
import invact.internal.arithmetic.Gate;
import invact.internal.program.Computation;
import invact.internal.program.Program;
import invact.numeric.Dtype;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The kernels on one device, which the driver compiles when one is first needed; it keeps what it
 * compiled in a cache of its own, so that the next program has them in milliseconds.
 *
 * <p>A pass whose shape is not built in is compiled by NVRTC, in about a second, where that is
 * installed; else its program is interpreted on the device, which is many times slower.
 */
public final class Kernels implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Kernels.class.getPackageName());

  private final Context context;
  private final KernelMaker maker;

  /** By the name of a unit that is built in, by the text of others. */
  private final Map<String, Module> modules = new HashMap<>();

  private final Set<String> interpreted = new HashSet<>();
  private final List<DeviceBuffer> constants = new ArrayList<>();
  private boolean closed;

  private Kernels(Context context, KernelMaker maker) {
    this.context = context;
    this.maker = maker;
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
    return new Kernels(context, maker);
  }

  /**
   * Makes an activation ready to run.
   *
   * @param set its coefficients, which go to the kernels as arguments
   * @return the activation, to be used no longer than this is open; where a table of outputs serves
   *     bf16, it holds 64 KiB of the device's memory as long
   * @throws IllegalArgumentException if the activation has no program, or fp32 cannot hold the
   *     coefficients
   * @throws IllegalStateException if the driver does not take the kernels
   */
  public DeviceActivation activation(CoefficientSet set) {
    return activation(set, DeviceActivation.leastForTable(set));
  }

  /** An activation whose backward pass in bf16 goes through a table from so many elements on. */
  DeviceActivation activation(CoefficientSet set, long leastForTable) {
    Pass forward =
        Pass.forward(set.activation())
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "there are no kernels for "
                        + set.activation().name()
                        + ": it is not given by operations of programs"));
    return new DeviceActivation(set, forward, this, leastForTable);
  }

  /**
   * Makes a gated unit p = f(a)·b ready to run.
   *
   * @param activation f
   * @return the unit, to be used no longer than this is open
   * @throws IllegalArgumentException if the activation has no program as a gate
   * @throws IllegalStateException if the driver does not take the kernels
   */
  public DeviceGatedUnit gatedUnit(Activation activation) {
    if (!isGate(activation)) {
      throw new IllegalArgumentException(
          "there are no kernels for a gate of "
              + activation.name()
              + ": its derivative is not given by operations of programs");
    }
    return new DeviceGatedUnit(activation, this);
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

  /** The kernel of a pass in one dtype, with its data. */
  ElementKernel kernel(Pass pass, Dtype dtype) {
    Computation computation = pass.variants().get(dtype).computation();
    Program program = computation.program();
    ArgumentLayout layout = ArgumentLayout.of(program);
    Optional<Module> module =
        layout.byteSize() > ArgumentLayout.MOST_BYTES ? Optional.empty() : module(pass, dtype);
    if (module.isEmpty()) {
      return interpreter(computation, dtype);
    }
    String name = BuiltIn.like(pass).orElse(pass).kernel(dtype);
    Kernel kernel = module.get().kernel(name, layout.byteSize());
    layout.store(computation.data(), kernel.arguments());
    return ElementKernel.of(kernel, layout, program);
  }

  /** Whether the jar has the kernels of a pass, or NVRTC makes all kernels anyway. */
  boolean isAtHand(Pass pass) {
    return maker != KernelMaker.BEST || BuiltIn.like(pass).isPresent();
  }

  /** The compiled kernels of a pass; nothing if it is to be interpreted. */
  private Optional<Module> module(Pass pass, Dtype dtype) {
    if (maker == KernelMaker.INTERPRETER) {
      return Optional.empty();
    }
    Optional<Pass> builtIn = BuiltIn.like(pass);
    if (builtIn.isPresent()) {
      Pass known = builtIn.get();
      return Optional.of(module(new BuiltIn.Unit(known.name(), known::text)));
    }
    Optional<String> missing = Nvrtc.missing();
    if (missing.isPresent() && maker == KernelMaker.BEST) {
      note(pass.name(), missing.get());
      return Optional.empty();
    }
    String text = pass.text(dtype);
    return Optional.of(
        module(
            text,
            () -> Module.compile(context, new BuiltIn.Unit(pass.kernel(dtype), () -> text))));
  }

  private synchronized void note(String pass, String missing) {
    if (interpreted.add(pass)) {
      LOG.log(
          System.Logger.Level.INFO,
          "no kernel is built in for {0}, whose program is interpreted, slowly; {1}",
          pass,
          missing);
    }
  }

  private ElementKernel interpreter(Computation computation, Dtype dtype) {
    InterpreterCode code = InterpreterCode.of(computation);
    ArgumentLayout layout = BuiltIn.INTERPRETER_LAYOUT;
    Kernel kernel =
        module(BuiltIn.INTERPRETER_UNIT)
            .kernel(BuiltIn.INTERPRETER + "_" + dtype.label(), layout.byteSize());
    MemorySegment arguments = kernel.arguments();
    arguments.set(JAVA_LONG, layout.offset("code"), constant(code.steps()).memory().address());
    arguments.set(JAVA_LONG, layout.offset("data"), constant(code.data()).memory().address());
    arguments.set(JAVA_INT, layout.offset("steps"), code.count());
    return ElementKernel.interpreter(kernel, computation.program());
  }

  /** Kernels that are built in. */
  Module module(BuiltIn.Unit unit) {
    return module(
        unit.name(),
        () ->
            maker == KernelMaker.NVRTC
                ? Module.compile(context, unit)
                : Module.load(context, unit));
  }

  private synchronized Module module(String key, Supplier<Module> load) {
    requireOpen();
    Module module = modules.get(key);
    if (module == null) {
      module = load.get();
      modules.put(key, module);
    }
    return module;
  }

  /** Numbers on the device, for as long as this is open. */
  DeviceBuffer constant(int[] values) {
    return constant(MemorySegment.ofArray(values));
  }

  /** Numbers on the device, for as long as this is open. */
  DeviceBuffer constant(float[] values) {
    return constant(MemorySegment.ofArray(values));
  }

  private synchronized DeviceBuffer constant(MemorySegment values) {
    requireOpen();
    DeviceBuffer buffer = DeviceBuffer.allocate(context, Math.max(16, values.byteSize()));
    constants.add(buffer);
    try (Stream stream = Stream.create(context)) {
      buffer.upload(stream, values);
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
