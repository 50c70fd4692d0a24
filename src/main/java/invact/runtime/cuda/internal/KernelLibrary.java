package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.internal.program.Computation;
import invact.internal.program.Program;
import invact.numeric.Dtype;
import invact.runtime.cuda.DeviceMemory;
import java.lang.foreign.Arena;
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
 * The kernels on one device, each compiled or loaded when it is first asked for, and the numbers on
 * the device that they read.
 */
public final class KernelLibrary implements AutoCloseable {
  /** Named after the room, for those who configure logging. */
  private static final System.Logger LOG = System.getLogger("invact.runtime.cuda");

  private final DriverContext context;
  private final KernelMaker maker;

  /** By the name of a unit that is built in, by the text of others. */
  private final Map<String, KernelModule> modules = new HashMap<>();

  private final Set<String> interpreted = new HashSet<>();
  private final List<DeviceMemory> constants = new ArrayList<>();
  private boolean closed;

  /**
   * A library that is empty yet.
   *
   * @param context the context; it stays open until this is closed
   * @param maker where kernels come from
   */
  public KernelLibrary(DriverContext context, KernelMaker maker) {
    this.context = context;
    this.maker = maker;
  }

  /** The kernel of a pass in one dtype, with its data. */
  public ElementKernel kernel(Pass pass, Dtype dtype) {
    Computation computation = pass.variants().get(dtype).computation();
    Program program = computation.program();
    ArgumentLayout layout = ArgumentLayout.of(program);
    Optional<KernelModule> module =
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
  private Optional<KernelModule> module(Pass pass, Dtype dtype) {
    if (maker == KernelMaker.INTERPRETER) {
      return Optional.empty();
    }
    Optional<Pass> builtIn = BuiltIn.like(pass);
    if (builtIn.isPresent()) {
      Pass known = builtIn.get();
      return Optional.of(module(new BuiltIn.Unit(known.name(), known::text)));
    }
    Optional<String> missing = Nvrtc.obstacle();
    if (missing.isPresent() && maker == KernelMaker.BEST) {
      note(pass.name(), missing.get());
      return Optional.empty();
    }
    String text = pass.text(dtype);
    return Optional.of(
        module(
            text,
            () -> KernelModule.compile(context, new BuiltIn.Unit(pass.kernel(dtype), () -> text))));
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
    arguments.set(JAVA_LONG, layout.offset("code"), constant(code.steps()));
    arguments.set(JAVA_LONG, layout.offset("data"), constant(code.data()));
    arguments.set(JAVA_INT, layout.offset("steps"), code.count());
    return ElementKernel.interpreter(kernel, computation.program());
  }

  /** Kernels that are built in. */
  KernelModule module(BuiltIn.Unit unit) {
    return module(
        unit.name(),
        () ->
            maker == KernelMaker.NVRTC
                ? KernelModule.compile(context, unit)
                : KernelModule.load(context, unit));
  }

  private synchronized KernelModule module(String key, Supplier<KernelModule> load) {
    requireOpen();
    KernelModule module = modules.get(key);
    if (module == null) {
      module = load.get();
      modules.put(key, module);
    }
    return module;
  }

  /** The address of numbers on the device, for as long as this is open. */
  long constant(int[] values) {
    return constant(MemorySegment.ofArray(values));
  }

  /** The address of numbers on the device, for as long as this is open. */
  long constant(float[] values) {
    return constant(MemorySegment.ofArray(values));
  }

  private synchronized long constant(MemorySegment values) {
    requireOpen();
    DeviceMemory memory = DriverMemory.allocate(context, Math.max(16, values.byteSize()));
    constants.add(memory);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(memory.byteSize(), 16).copyFrom(values);
      long stream = DriverStream.create(context);
      try {
        DriverMemory.upload(context, memory, from, stream);
        DriverStream.synchronize(context, stream);
      } finally {
        DriverStream.destroy(context, stream);
      }
    }
    return memory.address();
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
    modules.values().forEach(KernelModule::close);
    modules.clear();
    constants.forEach(memory -> DriverMemory.free(context, memory));
    constants.clear();
  }
}
