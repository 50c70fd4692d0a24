package invact.export.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.coefficients.internal.ShippedSets;
import invact.export.Export;
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
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CTextTest {
  private static final int PROGRAMS = 60;
  private static final int INPUTS = 200;

  private static final String MAIN =
      """
      #include <stdio.h>
      int main(void) {
        float x[%1$d];
        float y[%1$d];
        size_t i;
        size_t k;
        if (fread(x, sizeof x, 1, stdin) != 1) {
          return 1;
        }
        for (k = 0; k < sizeof FUNCTIONS / sizeof FUNCTIONS[0]; k++) {
          for (i = 0; i < %1$d; i++) {
            y[i] = FUNCTIONS[k](x[i]);
          }
          if (fwrite(y, sizeof y, 1, stdout) != 1) {
            return 1;
          }
        }
        return 0;
      }
      """;

  @TempDir private Path folder;

  /** Compiled, programs of all operations with one right answer give the interpreter's results. */
  @Test
  void randomProgramsAgreeWithTheInterpreter() throws Exception {
    StringBuilder source = new StringBuilder("#include \"header.h\"\n");
    StringBuilder table = new StringBuilder("static float (*const FUNCTIONS[])(float) = {\n");
    Set<Op> tried = EnumSet.of(Op.EXP, Op.EXP2, Op.POWER);
    for (int seed = 0; seed < PROGRAMS; seed++) {
      CText text = new CText(RandomProgram.exact(seed));
      RandomProgram.exact(seed).program().forEach(step -> tried.add(step.op()));
      source.append("static float f").append(seed).append("(float x) {\n").append(text.body());
      source.append("  return ").append(text.result()).append(";\n}\n");
      table.append("f").append(seed).append(",\n");
    }
    assertEquals(EnumSet.allOf(Op.class), tried);
    source.append(table).append("};\n").append(MAIN.formatted(INPUTS));
    Files.writeString(folder.resolve("main.c"), source);
    Export export = new Export(List.of(ShippedSets.load("gelu-bf16")), "-", "-");
    Files.writeString(folder.resolve("header.h"), ExportTarget.C.text(export));
    CCompiler.gcc()
        .compile(
            folder, List.of("-std=c99", "-O2", "-ffp-contract=off", "main.c", "-o", "main", "-lm"));

    ByteBuffer x = ByteBuffer.allocate(INPUTS * Float.BYTES).order(ByteOrder.nativeOrder());
    SplittableRandom random = new SplittableRandom(1);
    x.putFloat(Float.NaN).putFloat(-0.0f).putFloat(0).putFloat(Float.NEGATIVE_INFINITY);
    while (x.hasRemaining()) {
      x.putInt(random.nextInt());
    }
    Files.write(folder.resolve("inputs"), x.array());
    Process process =
        new ProcessBuilder(folder.resolve("main").toString())
            .redirectInput(folder.resolve("inputs").toFile())
            .redirectOutput(folder.resolve("outputs").toFile())
            .start();
    assertEquals(0, process.waitFor());
    ByteBuffer y =
        ByteBuffer.wrap(Files.readAllBytes(folder.resolve("outputs")))
            .order(ByteOrder.nativeOrder());
    for (int seed = 0; seed < PROGRAMS; seed++) {
      Interpreter interpreter = new Interpreter(RandomProgram.exact(seed));
      for (int i = 0; i < INPUTS; i++) {
        float input = x.getFloat(i * Float.BYTES);
        assertEquals(interpreter.value(input), y.getFloat(), "seed " + seed + " at " + input);
      }
    }
  }

  /** Numbers that differ between the data become arguments, each name once. */
  @Test
  void dataThatDifferAreArguments() {
    CText text = new CText(List.of(shifted(0.5f, 1), shifted(0.5f, 2)));
    assertEquals(", float offset", text.argumentList());
    assertEquals(", 2.0f", text.argumentValues(1));
    assertTrue(text.body().startsWith("  const float factor = 0.5f;\n"), text.body());
    assertThrows(
        IllegalArgumentException.class,
        () -> new CText(List.of(shifted(0.5f, 1), RandomProgram.of(1))));
  }

  private static Computation shifted(float factor, float offset) {
    ProgramBuilder b = new ProgramBuilder("shifted");
    Value x = b.input("x", Type.F32);
    Value product = b.multiply(x, b.parameter("factor", factor));
    Value y = b.add(b.subtract(product, b.parameter("offset", offset)), b.constant(1));
    return b.output("y", b.add(y, b.parameter("offset", offset))).build();
  }

  /** What would be another operator, or no number of C's. */
  @Test
  void literalsThatAreEasilyWrong() {
    ProgramBuilder b = new ProgramBuilder("literals");
    Value negated = b.negate(b.constant(-1.5f));
    Value sum = b.add(negated, b.constant(Float.NEGATIVE_INFINITY));
    Value wide = b.add(b.widen(sum), b.wide(Double.NaN));
    Value n = b.add(b.bits(b.narrow(wide)), b.integer(Integer.MIN_VALUE));
    String body = new CText(b.output("n", n).build()).body();
    assertTrue(body.contains("= -(-1.5f);"), body);
    assertTrue(body.contains(" + -INFINITY;"), body);
    assertTrue(body.contains(" + (double)NAN;"), body);
    assertTrue(body.contains("(uint32_t)INT32_MIN"), body);
  }
}
