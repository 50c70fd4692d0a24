package invact.runtime.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.CustomActivation;
import invact.coefficients.CoefficientSet;
import invact.internal.program.Computation;
import invact.internal.program.Instruction;
import invact.internal.program.Interpreter;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import invact.numeric.Dtype;
import invact.runtime.cuda.DeviceCase;
import invact.runtime.cuda.DeviceSets;
import invact.runtime.cuda.DtypeValues;
import invact.runtime.internal.ScalarActivation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the kernels compute and are given. No GPU is needed. */
class PassTest {
  static List<CoefficientSet> sets() {
    return DeviceSets.all();
  }

  /** The general kernel is left with what has no kernel of its own. */
  @ParameterizedTest
  @MethodSource("sets")
  void everySetHasAFastKernel(CoefficientSet set) {
    assertEquals(
        !set.name().endsWith("exponential"), BuiltIn.like(BackwardPass.of(set).pass()).isPresent());
    // Where σ is near 0, σ + y·(1 − σ) varies with ever smaller y: those tables would be longer.
    assertEquals(
        set.left().approximant().target() == Target.DERIVATIVE, OutputTable.of(set).isPresent());
  }

  /** All bf16 outputs but NaN, which the kernel sees to. */
  @ParameterizedTest
  @MethodSource("sets")
  void tableHoldsEveryOutput(CoefficientSet set) {
    OutputTable.of(set).ifPresent(table -> requireEveryOutput(set, table));
  }

  private static void requireEveryOutput(CoefficientSet set, OutputTable table) {
    ScalarActivation scalar = new ScalarActivation(set);
    for (int bits = 0; bits < 1 << 16; bits++) {
      float y = Dtype.BF16.decode((short) bits);
      for (Branch branch : Float.isNaN(y) ? new Branch[0] : Branch.values()) {
        float expected = scalar.derivative(branch, Dtype.BF16).apply(y);
        assertEquals(expected, tabulated(table, y, branch), () -> branch + " at " + y);
      }
    }
  }

  /** As table.cuh finds an entry. */
  private static float tabulated(OutputTable table, float y, Branch branch) {
    int bits = Float.floatToIntBits(y);
    int magnitude = bits & 0x7FFF0000;
    int entry = Math.max(magnitude - (table.before() << 16), Math.min(magnitude, 0x10000));
    entry = Math.min(entry, 4095 << 16);
    int offset = (bits & 0x80000000) + (entry << 3);
    return table.values()[(offset >>> 19) + (branch == Branch.RIGHT ? 8192 : 0)];
  }

  /** The programs of all passes, at all outputs of 16 bits and some of fp32. */
  @ParameterizedTest
  @MethodSource("invact.runtime.cuda.DeviceCase#shipped")
  void programsGiveTheScalarGradients(DeviceCase c) {
    ScalarActivation scalar = new ScalarActivation(c.set());
    Computation pass = BackwardPass.of(c.set()).pass().variants().get(c.dtype()).computation();
    Interpreter interpreter = new Interpreter(pass).set(0, 1.0f);
    for (float y : DtypeValues.everyNumber(c.dtype(), 65_521)) {
      for (Branch branch : Branch.values()) {
        interpreter.set(1, y).set(2, branch == Branch.RIGHT ? 1 : 0).run();
        DtypeValues.requireSame(
            scalar.derivative(branch, c.dtype()).apply(y),
            interpreter.floatOutput(0),
            branch + " at " + y);
      }
    }
  }

  @Test
  void activationsOfOnesOwnHaveNoPasses() {
    Activation mine = CustomActivation.of("mine", "x*exp(-exp(-x))");
    assertTrue(Pass.forward(mine).isEmpty());
    assertTrue(Pass.gatedForward(mine).isEmpty());
    assertTrue(Pass.gatedBackward(Activations.MISH).isEmpty());
  }

  /** Of kernels that are built in, the argument is small enough for every driver. */
  @ParameterizedTest
  @MethodSource("sets")
  void argumentsFit(CoefficientSet set) {
    BackwardPass.of(set)
        .pass()
        .variants()
        .values()
        .forEach(variant -> {
          ArgumentLayout layout = ArgumentLayout.of(variant.computation().program());
          assertTrue(layout.byteSize() <= ArgumentLayout.MOST_BYTES);
        });
  }

  /** A step that the interpreter did not know would leave its target as it is. */
  @Test
  void interpreterKnowsAllSteps() throws IOException {
    String source =
        Files.readString(
            Path.of(System.getProperty("invact.basedir", "."), "src/main/cuda/interpreter.cuh"));
    Stream.concat(
            DeviceSets.all().stream().map(set -> BackwardPass.of(set).pass()),
            Activations.all().stream()
                .flatMap(
                    f -> Stream.of(Pass.forward(f), Pass.gatedForward(f), Pass.gatedBackward(f)))
                .flatMap(Optional::stream))
        .flatMap(pass -> pass.variants().values().stream())
        .map(variant -> variant.computation().program())
        .forEach(program -> program.forEach(step -> requireKnown(source, program, step)));
  }

  private static void requireKnown(String source, Program program, Instruction step) {
    Op op =
        switch (step.op()) {
          case CONSTANT -> Op.PARAMETER;
          case RARELY -> Op.SELECT;
          default -> step.op();
        };
    boolean isComparison = Set.of(Op.LT, Op.GT, Op.GE, Op.EQ).contains(op);
    Type type = isComparison ? program.step(step.operand(0)).type() : step.type();
    String name = InterpreterCode.name(op, type);
    assertTrue(source.matches("(?s).*\\b" + name + "[:,].*"), name);
  }
}
