package invact.internal.program.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.TorchPython;
import invact.internal.program.Computation;
import invact.internal.program.Interpreter;
import invact.internal.program.Op;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.RandomProgram;
import invact.internal.program.Type;
import invact.internal.program.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonTextTest {
  private static final int PROGRAMS = 60;

  /** A power of two, as Triton's blocks are. */
  private static final int INPUTS = 256;

  /** Operations whose last bit another library has otherwise. */
  private static final Set<Op> INEXACT = EnumSet.of(Op.EXP, Op.EXP2, Op.POWER);

  private static final String HEAD =
      """
      import numpy as np
      import torch
      import triton
      import triton.language as tl
      from invact_torch import _negative_zero, _pick, _reciprocal, _wide

      torch.set_num_threads(1)
      x = torch.from_numpy(np.fromfile("inputs", np.float32))
      FUNCTIONS = []
      """;

  private static final String TRITON =
      """


      @triton.jit
      def f%1$d(x, PTX: tl.constexpr):
      %2$s

      FUNCTIONS.append(f%1$d)
      """;

  private static final String TORCH =
      """


      def f%1$d(x):
      %2$s

      FUNCTIONS.append(f%1$d)
      """;

  private static final String TRITON_MAIN =
      """


      @triton.jit
      def kernel(x_ptr, y_ptr, F: tl.constexpr, N: tl.constexpr):
          at = tl.arange(0, N)
          tl.store(y_ptr + at, F(tl.load(x_ptr + at), False))


      def value(f):
          y = torch.empty_like(x)
          kernel[(1,)](x, y, f, x.numel())
          return y
      """;

  private static final String TORCH_MAIN =
      """


      def value(f):
          return f(x)
      """;

  private static final String TAIL =
      """


      with np.errstate(all="ignore"):
          y = torch.stack([value(f) for f in FUNCTIONS])
      assert y.dtype == torch.float32
      y.numpy().tofile("outputs")
      """;

  @TempDir private Path folder;

  /** In Triton's interpreter, programs give the results of ours, bit for bit. */
  @Test
  void randomProgramsAgreeInTriton() throws Exception {
    requireAgreement(EnumSet.noneOf(Op.class), TRITON, f -> TritonText.body(f, true), TRITON_MAIN);
  }

  /** PyTorch has no fused multiply-add, and its roots are off by an ulp. */
  @Test
  void randomProgramsAgreeInTorch() throws Exception {
    requireAgreement(EnumSet.of(Op.FMA, Op.SQRT), TORCH, TorchText::body, TORCH_MAIN);
  }

  private void requireAgreement(
      Set<Op> without, String template, Function<Computation, String> body, String main)
      throws Exception {
    TorchPython.require();
    StringBuilder source = new StringBuilder(HEAD);
    Set<Op> tried = EnumSet.copyOf(INEXACT);
    tried.addAll(without);
    for (int seed = 0; seed < PROGRAMS; seed++) {
      Computation program = RandomProgram.bounded(seed, without);
      program.program().forEach(step -> tried.add(step.op()));
      source.append(template.formatted(seed, body.apply(program)));
    }
    assertEquals(EnumSet.allOf(Op.class), tried);
    Files.writeString(folder.resolve("programs.py"), source.append(main).append(TAIL));

    ByteBuffer x = ByteBuffer.allocate(INPUTS * Float.BYTES).order(ByteOrder.nativeOrder());
    SplittableRandom random = new SplittableRandom(1);
    x.putFloat(Float.NaN).putFloat(-0.0f).putFloat(0).putFloat(Float.NEGATIVE_INFINITY);
    while (x.hasRemaining()) {
      x.putInt(random.nextInt());
    }
    Files.write(folder.resolve("inputs"), x.array());
    TorchPython.Run run = TorchPython.run(folder, "-W", "ignore", "programs.py");
    assertEquals(0, run.status(), run.output());
    ByteBuffer y =
        ByteBuffer.wrap(Files.readAllBytes(folder.resolve("outputs")))
            .order(ByteOrder.nativeOrder());
    for (int seed = 0; seed < PROGRAMS; seed++) {
      Interpreter interpreter = new Interpreter(RandomProgram.bounded(seed, without));
      for (int i = 0; i < INPUTS; i++) {
        float input = x.getFloat(i * Float.BYTES);
        assertEquals(interpreter.value(input), y.getFloat(), "seed " + seed + " at " + input);
      }
    }
  }

  /** Triton's literals: −0.0 is +0, 1e-40 is an fp64, and -x is 0 − x. */
  @Test
  void tritonsLiteralsThatAreEasilyWrong() {
    ProgramBuilder b = new ProgramBuilder("literals");
    Value x = b.input("x", Type.F32);
    Value positive = b.max(b.negate(x), b.constant(-0.0f));
    Value sum = b.add(positive, b.constant(1e-40f));
    String body = TritonText.body(b.output("y", sum).build(), true);
    assertTrue(body.contains("x * -1.0"), body);
    assertTrue(body.contains("_negative_zero(x)"), body);
    assertTrue(body.contains("tl.full(x.shape, 1.0e-40, tl.float32)"), body);
  }

  /** Python would compute with numbers in fp64, and with integers of any size. */
  @Test
  void numbersBecomeTensors() {
    ProgramBuilder b = new ProgramBuilder("numbers");
    Value x = b.input("x", Type.F32);
    Value sum = b.add(b.parameter("p", 0.1f), b.constant(0.2f));
    Value k = b.subtract(b.bits(b.add(x, sum)), b.integer(Integer.MIN_VALUE));
    Computation program = b.output("y", b.asFloat(k)).build();
    String torch = TorchText.body(program);
    assertTrue(torch.contains("torch.full_like(x, 0.1, dtype=torch.float32) + 0.2"), torch);
    assertTrue(torch.contains(" - -2147483648"), torch);
    String triton = TritonText.body(program, false);
    assertTrue(triton.contains("tl.full(x.shape, 0.1, tl.float32) + 0.2"), triton);
  }
}
