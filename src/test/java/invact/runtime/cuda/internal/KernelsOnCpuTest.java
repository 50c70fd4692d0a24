package invact.runtime.cuda.internal;

import static invact.runtime.cuda.DtypeValues.everyNumber;
import static invact.runtime.cuda.DtypeValues.segment;
import static invact.runtime.cuda.DtypeValues.value;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.Required;
import invact.activation.Activation;
import invact.activation.Activations;
import invact.coefficients.CoefficientSet;
import invact.internal.program.Computation;
import invact.internal.program.Program;
import invact.internal.program.Type;
import invact.numeric.Dtype;
import invact.runtime.cuda.DeviceCase;
import invact.runtime.cuda.DeviceGradients;
import invact.runtime.cuda.DeviceOutput;
import invact.runtime.cuda.DeviceSets;
import invact.runtime.cuda.DtypeValues;
import invact.runtime.cuda.Kernels;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernels' sources, compiled as C++ with functions in place of the GPU's instructions, give
 * what the scalar implementation does: that programs are rendered, arguments laid out and tensors
 * taken apart as they should is known without a GPU.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KernelsOnCpuTest {
  private static final Path SOURCES =
      Path.of(System.getProperty("invact.basedir", "."), "src/main/cuda");

  private static final List<String> HEADERS =
      List.of("arithmetic.cuh", "elements.cuh", "integers.cuh", "interpreter.cuh", "table.cuh");

  /** Every so many fp32 numbers. */
  private static final int STEP = 65_521;

  /** Runs each block twice: the first time fills its tables. */
  private static final String RUN =
      """

      extern "C" void run_%1$s(const void* arguments, uint64_t threads) {
        blockDim.x = %2$d;
        gridDim.x = (threads + %2$d - 1) / %2$d;
        for (blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++) {
          for (int round = 0; round < 2; round++) {
            for (threadIdx.x = 0; threadIdx.x < %2$d; threadIdx.x++) {
              %1$s(*static_cast<const %3$s*>(arguments));
            }
          }
        }
      }
      """;

  private final Arena arena = Arena.ofShared();
  private SymbolLookup library;

  @BeforeAll
  void compile(@TempDir Path folder) throws Exception {
    for (String header : HEADERS) {
      Files.copy(SOURCES.resolve(header), folder.resolve(header));
    }
    try (InputStream in = getClass().getResourceAsStream("/cuda-on-cpu/instructions.cuh")) {
      Files.copy(Objects.requireNonNull(in), folder.resolve("instructions.cuh"));
    }
    StringBuilder text = new StringBuilder("#include \"instructions.cuh\"\n");
    texts().values().forEach(text::append);
    text.append("thread_local float4 memory[4096];\n");
    Files.writeString(folder.resolve("kernels.cpp"), text);
    Path output = folder.resolve("kernels.so");
    run(
        "g++",
        "-std=c++20",
        "-O1",
        "-ffp-contract=off",
        "-w",
        "-fPIC",
        "-fno-extern-tls-init",
        "-shared",
        "-o",
        output.toString(),
        folder.resolve("kernels.cpp").toString());
    library = SymbolLookup.libraryLookup(output, arena);
  }

  @AfterAll
  void close() {
    arena.close();
  }

  private static void run(String... command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      Required.found("cc", false, "install g++");
      return;
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
  }

  /** The kernels of all passes, and the interpreter, by name. */
  private static Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Pass pass : passes()) {
      for (Dtype dtype : Pass.DTYPES) {
        String name = pass.kernel(dtype);
        texts.putIfAbsent(
            name, pass.text(dtype) + RUN.formatted(name, Kernel.BLOCK, name + "_arguments"));
      }
    }
    texts.put(
        BuiltIn.TABLE,
        BuiltIn.TABLE_UNIT.text().get()
            + RUN.formatted(BuiltIn.TABLE, BuiltIn.TABLE_THREADS, "table_arguments"));
    StringBuilder interpreter = new StringBuilder(BuiltIn.INTERPRETER_UNIT.text().get());
    for (Dtype dtype : Pass.DTYPES) {
      String name = BuiltIn.INTERPRETER + "_" + dtype.label();
      interpreter.append(RUN.formatted(name, Kernel.BLOCK, "interpreter_arguments"));
    }
    texts.put(BuiltIn.INTERPRETER, interpreter.toString());
    return texts;
  }

  /** One pass of each shape. */
  private static List<Pass> passes() {
    Map<String, Pass> passes = new LinkedHashMap<>();
    Stream.concat(
            DeviceSets.all().stream().map(KernelsOnCpuTest::backward),
            Activations.all().stream()
                .flatMap(f ->
                    Stream.of(Pass.forward(f), Pass.gatedForward(f), Pass.gatedBackward(f))
                        .flatMap(Optional::stream)))
        .forEach(pass -> passes.putIfAbsent(pass.name(), pass));
    return List.copyOf(passes.values());
  }

  /** The pass of a set, its name a set's own where no shape has one. */
  private static Pass backward(CoefficientSet set) {
    Pass pass = BackwardPass.of(set).pass();
    return BuiltIn.like(pass).isPresent() || !pass.name().equals("backward")
        ? pass
        : new Pass("backward_" + set.name().replace('-', '_'), pass.order(), pass.variants());
  }

  @ParameterizedTest
  @MethodSource("invact.runtime.cuda.DeviceCase#shipped")
  void backward(DeviceCase c) throws Throwable {
    float[] y = everyNumber(c.dtype(), STEP);
    float[] dy = new float[y.length];
    for (int i = 0; i < dy.length; i++) {
      dy[i] = (float) c.dtype().round(1 + (i % 7) / 8.0);
    }
    Pass pass = backward(c.set());
    Computation computation = pass.variants().get(c.dtype()).computation();
    for (int bits : new int[] {0, 0xFF, 0x5A}) {
      byte[] indicator = new byte[(y.length + 7) / 8];
      Arrays.fill(indicator, (byte) bits);
      MemorySegment[] memory = {
        copy(segment(c.dtype(), dy)),
        copy(segment(c.dtype(), y)),
        copy(MemorySegment.ofArray(indicator)),
        allocate(c.dtype(), y.length)
      };
      runKernel(pass, c.dtype(), y.length, memory);
      DeviceGradients.require(c, dy, y, indicator, values(c.dtype(), memory[3], y.length));
      runInterpreter(computation, c.dtype(), y.length, memory);
      DeviceGradients.require(c, dy, y, indicator, values(c.dtype(), memory[3], y.length));
    }
  }

  @ParameterizedTest
  @MethodSource("invact.runtime.cuda.DeviceCase#tables")
  void table(DeviceCase c) throws Throwable {
    OutputTable table = OutputTable.of(c.set()).orElseThrow();
    float[] y = everyNumber(c.dtype(), 1);
    float[] dy = new float[y.length];
    Arrays.fill(dy, 1.5f);
    byte[] indicator = new byte[y.length / 8];
    Arrays.fill(indicator, (byte) 0x5A);
    ArgumentLayout layout = BuiltIn.TABLE_LAYOUT;
    MemorySegment arguments = arena.allocate(layout.byteSize(), 16);
    MemorySegment dx = allocate(c.dtype(), y.length);
    arguments.set(JAVA_LONG, layout.offset("dy"), copy(segment(c.dtype(), dy)).address());
    arguments.set(JAVA_LONG, layout.offset("y"), copy(segment(c.dtype(), y)).address());
    arguments.set(
        JAVA_LONG, layout.offset("right"), copy(MemorySegment.ofArray(indicator)).address());
    arguments.set(JAVA_LONG, layout.offset("dx"), dx.address());
    arguments.set(JAVA_LONG, layout.offset("n"), y.length);
    arguments.set(JAVA_LONG, layout.offset("vectors"), y.length / 8);
    arguments.set(
        JAVA_LONG, layout.offset("table"), copy(MemorySegment.ofArray(table.values())).address());
    arguments.set(JAVA_INT, layout.offset("before"), table.before() << Short.SIZE);
    call(BuiltIn.TABLE, arguments, y.length / 8);
    DeviceGradients.require(c, dy, y, indicator, values(c.dtype(), dx, y.length));
  }

  static Stream<DeviceOutput> outputs() {
    return DeviceOutput.all();
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void forward(DeviceOutput output) throws Throwable {
    float[] x = everyNumber(output.dtype(), STEP);
    Pass pass = Pass.forward(output.activation()).orElseThrow();
    MemorySegment[] memory = {
      copy(segment(output.dtype(), x)),
      allocate(output.dtype(), x.length),
      arena.allocate((x.length + 7) / 8, 16)
    };
    runKernel(pass, output.dtype(), x.length, memory);
    requireOutputs(output, x, memory);
    memory[1].fill((byte) 0);
    Computation computation = pass.variants().get(output.dtype()).computation();
    runInterpreter(computation, output.dtype(), x.length, memory);
    requireOutputs(output, x, memory);
  }

  private void requireOutputs(DeviceOutput output, float[] x, MemorySegment[] memory) {
    Activation f = output.activation();
    for (int i = 0; i < x.length; i++) {
      output.requireOutput(x[i], value(output.dtype(), memory[1], i));
      boolean right = (memory[2].get(JAVA_BYTE, i / 8) >> i % 8 & 1) != 0;
      assertEquals(x[i] >= f.argmin(), right, "S of " + x[i]);
    }
  }

  static Stream<DeviceOutput> gates() {
    return DeviceOutput.all().filter(output -> Kernels.isGate(output.activation()));
  }

  /** Both passes of a gated unit: their programs, compiled and interpreted, give the same. */
  @ParameterizedTest
  @MethodSource("gates")
  void gatedUnits(DeviceOutput gate) throws Throwable {
    float[] a = everyNumber(gate.dtype(), STEP);
    for (Pass pass :
        List.of(
            Pass.gatedForward(gate.activation()).orElseThrow(),
            Pass.gatedBackward(gate.activation()).orElseThrow())) {
      Computation computation = pass.variants().get(gate.dtype()).computation();
      Program program = computation.program();
      MemorySegment[] memory =
          new MemorySegment[program.inputs().size() + program.outputs().size()];
      for (int k = 0; k < memory.length; k++) {
        float[] values = a;
        if (k >= program.inputs().size() || !program.inputs().get(k).name().equals("a")) {
          values = DtypeValues.inputs(gate.dtype(), a.length, k);
        }
        memory[k] = copy(segment(gate.dtype(), values));
      }
      runKernel(pass, gate.dtype(), a.length, memory);
      for (int k = program.inputs().size(); k < memory.length; k++) {
        float[] compiled = values(gate.dtype(), memory[k], a.length);
        runInterpreter(computation, gate.dtype(), a.length, memory);
        float[] interpreted = values(gate.dtype(), memory[k], a.length);
        DtypeValues.requireSame(interpreted, compiled, program.name());
      }
    }
  }

  private void runKernel(Pass pass, Dtype dtype, int n, MemorySegment... memory) throws Throwable {
    Computation computation = pass.variants().get(dtype).computation();
    Program program = computation.program();
    ArgumentLayout layout = ArgumentLayout.of(program);
    MemorySegment arguments = arena.allocate(layout.byteSize(), 16);
    layout.store(computation.data(), arguments);
    int k = 0;
    for (Program.Input input : program.inputs()) {
      arguments.set(JAVA_LONG, layout.offset(input.name()), memory[k++].address());
    }
    for (Program.Output output : program.outputs()) {
      arguments.set(JAVA_LONG, layout.offset(output.name()), memory[k++].address());
    }
    arguments.set(JAVA_LONG, layout.offset(ArgumentLayout.COUNT), n);
    arguments.set(JAVA_LONG, layout.offset(ArgumentLayout.VECTORS), n / 16);
    call(pass.kernel(dtype), arguments, (n + 7) / 8);
  }

  private void runInterpreter(Computation computation, Dtype dtype, int n, MemorySegment... memory)
      throws Throwable {
    InterpreterCode code = InterpreterCode.of(computation);
    ArgumentLayout layout = BuiltIn.INTERPRETER_LAYOUT;
    MemorySegment arguments = arena.allocate(layout.byteSize(), 16);
    Program program = computation.program();
    int k = 0;
    int tensors = 0;
    for (Program.Input input : program.inputs()) {
      boolean isTensor = input.type() == Type.F32;
      long offset = isTensor ? layout.offset("input", tensors++) : layout.offset("right_in");
      arguments.set(JAVA_LONG, offset, memory[k++].address());
    }
    tensors = 0;
    for (Program.Output output : program.outputs()) {
      boolean isTensor = program.step(output.value()).type() == Type.F32;
      long offset = isTensor ? layout.offset("output", tensors++) : layout.offset("right_out");
      arguments.set(JAVA_LONG, offset, memory[k++].address());
    }
    arguments.set(JAVA_LONG, layout.offset(ArgumentLayout.COUNT), n);
    arguments.set(JAVA_LONG, layout.offset(ArgumentLayout.VECTORS), n / 16);
    arguments.set(
        JAVA_LONG, layout.offset("code"), copy(MemorySegment.ofArray(code.steps())).address());
    arguments.set(
        JAVA_LONG, layout.offset("data"), copy(MemorySegment.ofArray(code.data())).address());
    arguments.set(JAVA_INT, layout.offset("steps"), code.count());
    call(BuiltIn.INTERPRETER + "_" + dtype.label(), arguments, (n + 7) / 8);
  }

  private void call(String kernel, MemorySegment arguments, long threads) throws Throwable {
    MethodHandle run =
        Linker.nativeLinker()
            .downcallHandle(
                library.find("run_" + kernel).orElseThrow(),
                FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG));
    run.invoke(arguments, threads);
  }

  private MemorySegment allocate(Dtype dtype, int n) {
    return arena.allocate((long) n * dtype.bytes(), 16);
  }

  private MemorySegment copy(MemorySegment values) {
    return arena.allocate(values.byteSize(), 16).copyFrom(values);
  }

  private static float[] values(Dtype dtype, MemorySegment memory, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = value(dtype, memory, i);
    }
    return values;
  }
}
