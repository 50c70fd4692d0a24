package invact.internal.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramBuilderTest {
  private final ProgramBuilder b = new ProgramBuilder("test");
  private final Value x = b.input("x", Type.F32);
  private final Value n = b.input("n", Type.I32);

  /** A mistake, and the beginning of what is said about it. */
  private record Mistake(String message, Function<ProgramBuilder, Value> step) {
    @Override
    public String toString() {
      return message;
    }
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(
        new Mistake("ADD takes F32, not I32", b -> b.add(f32(b), i32(b))),
        new Mistake("ADD of a BOOL", b -> b.add(bool(b), bool(b))),
        new Mistake("MULTIPLY takes F32, not I32", b -> b.multiply(i32(b), i32(b))),
        new Mistake("FMA takes F64, not F32", b -> b.fma(f64(b), f64(b), f32(b))),
        new Mistake("DIVIDE takes F32, not BOOL", b -> b.divide(bool(b), bool(b))),
        new Mistake("SQRT takes F32, not I32", b -> b.sqrt(i32(b))),
        new Mistake("MAX takes F32, not F64", b -> b.max(f32(b), f64(b))),
        new Mistake("POWER takes F32, not F64", b -> b.power(f64(b), f64(b))),
        new Mistake("RECIPROCAL takes F32, not F64", b -> b.reciprocal(f64(b))),
        new Mistake("EXP2 takes F32, not I32", b -> b.exp2(i32(b))),
        new Mistake("LT takes F32, not I32", b -> b.lt(f32(b), i32(b))),
        new Mistake("NOT takes BOOL, not I32", b -> b.not(i32(b))),
        new Mistake("SELECT takes BOOL, not I32", b -> b.select(i32(b), f32(b), f32(b))),
        new Mistake("SELECT takes F32, not F64", b -> b.select(bool(b), f32(b), f64(b))),
        new Mistake("AND takes I32, not F32", b -> b.and(f32(b), f32(b))),
        new Mistake("AND takes BOOL, not I32", b -> b.and(bool(b), i32(b))),
        new Mistake("OR takes I32, not BOOL", b -> b.or(bool(b), bool(b))),
        new Mistake("XOR takes I32, not F32", b -> b.xor(i32(b), f32(b))),
        new Mistake("SHIFT_LEFT takes I32, not F32", b -> b.shiftLeft(f32(b), 1)),
        new Mistake("SHIFT_RIGHT by 32", b -> b.shiftRight(i32(b), 32)),
        new Mistake("SHIFT_RIGHT_SIGNED by -1", b -> b.shiftRightSigned(i32(b), -1)),
        new Mistake("BITS takes F32, not F64", b -> b.bits(f64(b))),
        new Mistake("FLOAT takes I32, not F32", b -> b.asFloat(f32(b))),
        new Mistake("WIDEN takes F32, not F64", b -> b.widen(f64(b))),
        new Mistake("NARROW takes F64, not F32", b -> b.narrow(f32(b))),
        new Mistake("LOOKUP takes I32, not F32", b -> b.lookup(b.table("t", 1, 2), f32(b))),
        new Mistake("RARELY takes BOOL, not F32", b -> b.rarely(f32(b), f32(b), () -> f32(b))),
        new Mistake("RARELY takes F32, not I32", b -> b.rarely(bool(b), f32(b), () -> i32(b))),
        new Mistake(
            "the length of table t is no power of two: 3",
            b -> b.lookup(b.table("t", 1, 2, 3), i32(b))),
        new Mistake(
            "the length of table t is no power of two: 0", b -> b.lookup(b.table("t"), i32(b))));
  }

  private static Value f32(ProgramBuilder b) {
    return b.constant(2.0f);
  }

  private static Value f64(ProgramBuilder b) {
    return b.wide(2.0);
  }

  private static Value i32(ProgramBuilder b) {
    return b.integer(2);
  }

  private static Value bool(ProgramBuilder b) {
    return b.lt(f32(b), f32(b));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakesNameTheOperation(Mistake mistake) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> mistake.step.apply(b)).getMessage();
    assertEquals(mistake.message, message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1st", "Upper", "two words", "a-b"})
  void namesAreIdentifiers(String name) {
    assertThrows(IllegalArgumentException.class, () -> new ProgramBuilder(name));
  }

  @Test
  void aProgramGivesSomething() {
    assertEquals(
        "program test has no output",
        assertThrows(IllegalArgumentException.class, b::build).getMessage());
  }

  @Test
  void dataFitTheParameters() {
    Value p = b.parameter("p", 1.5f);
    Program program = b.output("y", b.add(x, p)).build().program();
    assertEquals(
        "program test takes 1 numbers of data, not 2",
        assertThrows(
                IllegalArgumentException.class, () -> new Computation(program, new int[] {1, 2}))
            .getMessage());
  }

  /** A step that is there already is not written again; one that differs in anything is. */
  @Test
  void sameStepsAreOne() {
    assertEquals(b.add(x, x), b.add(x, x));
    assertEquals(b.constant(1.0f), b.constant(1.0f));
    assertNotEquals(b.constant(0.0f), b.constant(-0.0f));
    assertNotEquals(b.constant(1.0f), b.integer(Float.floatToRawIntBits(1.0f)));
    assertNotEquals(b.add(x, b.constant(1.0f)), b.add(b.constant(1.0f), x));
    assertNotEquals(b.shiftLeft(n, 1), b.shiftLeft(n, 2));
    assertNotEquals(b.parameter("p", 1.0f), b.parameter("p", 1.0f));
  }

  /** A block knows the steps around it, not those of another block. */
  @Test
  void stepsOfABlockStayInIt() {
    Value around = b.multiply(x, x);
    Value condition = b.lt(x, around);
    Value[] inside = new Value[2];
    Value first =
        b.rarely(
            condition,
            x,
            () -> {
              assertEquals(around, b.multiply(x, x));
              inside[0] = b.sqrt(x);
              return inside[0];
            });
    Value second = b.rarely(condition, x, () -> inside[1] = b.sqrt(x));
    assertNotEquals(inside[0], inside[1]);
    assertNotEquals(inside[0], b.sqrt(x));
    assertNotEquals(first, second);
  }

  @Test
  void stepsThatNothingNeedsAreLeftOut() {
    Value unused = b.exp(x);
    b.sqrt(unused);
    Value used = b.abs(x);
    Program program = b.output("y", used).build().program();
    assertEquals(List.of(Op.INPUT, Op.ABS), program.body().stream().map(Instruction::op).toList());
    assertEquals(2, program.inputs().size(), "inputs stay");
    assertFalse(program.uses(Op.EXP));
  }

  @Test
  void deadStepsOfABlockAreLeftOut() {
    Value y =
        b.rarely(
            b.lt(x, b.constant(0.0f)),
            x,
            () -> {
              b.exp(x);
              return b.sqrt(x);
            });
    Program program = b.output("y", y).build().program();
    assertFalse(program.uses(Op.EXP));
    assertTrue(program.uses(Op.SQRT));
  }

  @Test
  void oneOutputAlone() {
    Value p = b.parameter("p", 1.5f);
    Value q = b.parameter("q", 2.5f);
    Computation both = b.output("sum", b.add(x, p)).output("root", b.sqrt(q)).build();
    Computation root = both.only("root");
    assertEquals("test_root", root.program().name());
    assertFalse(root.program().uses(Op.ADD));
    assertArrayEquals(both.data(), root.data());
    assertEquals(StrictMath.sqrt(2.5), new Interpreter(root).run().floatOutput(0), 1e-7);
    assertThrows(IllegalArgumentException.class, () -> both.only("product"));
  }

  @Test
  void parametersCarryPrefixesAndData() {
    b.prefix("left_").parameter("a", 1.0f);
    Table table = b.prefix("").integerTable("t", 3, 4);
    Computation c = b.output("y", b.lookup(table, n)).build();
    assertEquals(
        List.of(
            new Program.Parameter("left_a", Type.F32, 1, 0),
            new Program.Parameter("t", Type.I32, 2, 1)),
        c.program().parameters());
    assertArrayEquals(new int[] {Float.floatToRawIntBits(1.0f), 3, 4}, c.data());
    assertArrayEquals(new int[] {3, 4}, c.data(c.program().parameters().get(1)));
  }

  @Test
  void computationsAreEqualByProgramAndData() {
    Program program = b.output("y", b.add(x, b.parameter("p", 1.0f))).build().program();
    BiFunction<Program, Integer, Computation> of =
        (p, bits) -> new Computation(p, new int[] {bits});
    assertEquals(of.apply(program, 1), of.apply(program, 1));
    assertEquals(of.apply(program, 1).hashCode(), of.apply(program, 1).hashCode());
    assertNotEquals(of.apply(program, 1), of.apply(program, 2));
  }
}
