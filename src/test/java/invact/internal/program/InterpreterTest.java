package invact.internal.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What each operation gives, next to zeros, infinities, NaN and subnormals above all. */
class InterpreterTest {
  private static final float NAN = Float.NaN;
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final float LEAST = Float.MIN_VALUE;
  private static final float MAX = Float.MAX_VALUE;

  private final ProgramBuilder b = new ProgramBuilder("test");

  @Test
  void sumsAndProductsRoundOnce() {
    requireFloat(0x1p24f, b::add, 0x1p24f, 1);
    requireFloat(0x1p24f + 4, b::add, 0x1p24f + 2, 1);
    requireFloat(0.0f, b::add, 0.0f, -0.0f);
    requireFloat(-0.0f, b::add, -0.0f, -0.0f);
    requireFloat(2 * LEAST, b::add, LEAST, LEAST);
    requireFloat(NAN, b::add, INF, -INF);
    requireFloat(0.0f, b::subtract, 1, 1);
    requireFloat(-0.0f, b::subtract, -0.0f, 0.0f);
    requireFloat(NAN, b::subtract, INF, INF);
    requireFloat(LEAST, b::multiply, 2 * LEAST, 0.5f);
    requireFloat(-0.0f, b::multiply, LEAST, -0.5f);
    requireFloat(INF, b::multiply, MAX, 2);
    requireFloat(NAN, b::multiply, INF, 0);
    requireFloat(1.0f / 3, b::divide, 1, 3);
    requireFloat(-INF, b::divide, 1, -0.0f);
    requireFloat(NAN, b::divide, 0, 0);
    requireFloat(0x1p-140f, b::divide, 0x1p-139f, 2);
  }

  @Test
  void fusedMultiplyAddRoundsOnce() {
    float x = 1 + 0x1p-12f;
    Value v = b.input("x", Type.F32);
    Value y = b.fma(v, v, b.constant(-(1 + 0x1p-11f)));
    assertEquals(0x1p-24f, new Interpreter(b.output("y", y).build()).value(x));
  }

  @Test
  void fusedMultiplyAddInDouble() {
    Value x = b.input("x", Type.F32);
    Value wide = b.add(b.wide(1), b.multiply(b.widen(x), b.wide(0x1p-27)));
    Value square = b.multiply(wide, wide);
    Value low = b.narrow(b.fma(wide, wide, b.negate(square)));
    assertEquals(0x1p-54f, new Interpreter(b.output("y", low).build()).value(1));
  }

  @Test
  void functions() {
    requireFloat(-0.0f, b::sqrt, -0.0f);
    requireFloat(NAN, b::sqrt, -LEAST);
    requireFloat(0x1p-74f, b::sqrt, 0x1p-148f);
    requireFloat(0x1.6a09e6p0f, b::sqrt, 2);
    requireFloat(-0.0f, b::negate, 0.0f);
    requireFloat(-INF, b::negate, INF);
    requireFloat(0.0f, b::abs, -0.0f);
    requireFloat(LEAST, b::abs, -LEAST);
    requireFloat((float) StrictMath.exp(-1.0f), b::exp, -1);
    requireFloat(0.0f, b::exp, -104);
    requireFloat(LEAST, b::exp, -103.5f);
    requireFloat(0.0f, b::exp, -INF);
    requireFloat(NAN, b::exp, NAN);
    requireFloat(1.0f, b::power, 0, 0);
    requireFloat((float) StrictMath.pow(0.3f, 0.7f), b::power, 0.3f, 0.7f);
    requireFloat(INF, b::power, 0, -1);
    requireFloat(NAN, b::power, -1, 0.5f);
    requireFloat(1.0f / 3, b::reciprocal, 3);
    requireFloat(-INF, b::reciprocal, -0.0f);
    requireFloat(0x1p-149f, b::exp2, -149);
    requireFloat((float) StrictMath.pow(2, 0.3f), b::exp2, 0.3f);
  }

  /** Of NaN too, whose pattern shows in bits. */
  @Test
  void negationAndSizeChangeTheSignAlone() {
    Value n = b.input("n", Type.I32);
    Interpreter i =
        new Interpreter(
            b.output("minus", b.bits(b.negate(b.asFloat(n))))
                .output("size", b.bits(b.abs(b.asFloat(n))))
                .build());
    for (int bits : new int[] {0xFFC01234, 0x7FC01234, 0x80000001, 0x7F800000}) {
      i.set(0, bits).run();
      assertEquals(bits ^ Integer.MIN_VALUE, i.intOutput(0));
      assertEquals(bits & Integer.MAX_VALUE, i.intOutput(1));
    }
  }

  @Test
  void boundsKeepNaNAndTheFirstOfEquals() {
    requireFloat(2, b::max, 1, 2);
    requireFloat(NAN, b::max, NAN, 2);
    requireFloat(1, b::max, 1, -INF);
    requireFloat(1, b::min, 1, 2);
    requireFloat(NAN, b::min, NAN, 2);
    requireFloat(-INF, b::min, -INF, 2);
    // A bound is not 0, because of this.
    requireFloat(-0.0f, b::max, -0.0f, 0.0f);
    requireFloat(0.0f, b::min, 0.0f, -0.0f);
  }

  @Test
  void comparisonsAreFalseForNaN() {
    float[][] pairs = {{1, 2}, {2, 1}, {2, 2}, {-0.0f, 0.0f}, {NAN, 1}, {1, NAN}, {NAN, NAN}};
    for (Type type : new Type[] {Type.F32, Type.F64}) {
      ProgramBuilder p = new ProgramBuilder("test");
      Value x = p.input("x", Type.F32);
      Value y = p.input("y", Type.F32);
      Value v = type == Type.F32 ? x : p.widen(x);
      Value w = type == Type.F32 ? y : p.widen(y);
      p.output("lt", p.lt(v, w)).output("gt", p.gt(v, w)).output("ge", p.ge(v, w));
      Interpreter i = new Interpreter(p.output("eq", p.eq(v, w)).build());
      for (float[] pair : pairs) {
        float s = pair[0];
        float t = pair[1];
        i.set(0, s).set(1, t).run();
        assertEquals(s < t ? 1 : 0, i.intOutput(0));
        assertEquals(s > t ? 1 : 0, i.intOutput(1));
        assertEquals(s >= t ? 1 : 0, i.intOutput(2));
        assertEquals(s == t ? 1 : 0, i.intOutput(3));
      }
    }
  }

  @Test
  void integersWrapAndCompareWithSign() {
    requireInt(Integer.MIN_VALUE, b::add, Integer.MAX_VALUE, 1);
    requireInt(Integer.MAX_VALUE, b::subtract, Integer.MIN_VALUE, 1);
    requireInt(3, b::max, -5, 3);
    requireInt(-5, b::min, -5, 3);
    requireInt(0x0C, b::and, 0x1C, 0x0F);
    requireInt(0x1F, b::or, 0x1C, 0x0F);
    requireInt(0x13, b::xor, 0x1C, 0x0F);
    requireInt(1, b::lt, -1, 1);
    requireInt(0, b::gt, -1, 1);
    requireInt(1, b::ge, Integer.MIN_VALUE, Integer.MIN_VALUE);
    requireInt(0, b::eq, 1, 2);
    requireInt(0x80000000, (v, w) -> b.shiftLeft(v, 31), 3, 0);
    requireInt(1, (v, w) -> b.shiftRight(v, 31), -1, 0);
    requireInt(-1, (v, w) -> b.shiftRightSigned(v, 31), -2, 0);
    requireInt(-2, (v, w) -> b.shiftRightSigned(v, 0), -2, 0);
  }

  @Test
  void answersCombine() {
    for (int k = 0; k < 4; k++) {
      boolean p = (k & 1) != 0;
      boolean q = (k & 2) != 0;
      ProgramBuilder c = new ProgramBuilder("test");
      Value v = c.input("p", Type.BOOL);
      Value w = c.input("q", Type.BOOL);
      c.output("and", c.and(v, w)).output("not", c.not(v));
      Value chosen = c.select(v, c.wide(0.25), c.wide(0.5));
      c.output("select", c.narrow(chosen)).output("same", c.eq(v, w));
      Interpreter i = new Interpreter(c.build()).set(0, p ? 1 : 0).set(1, q ? 1 : 0).run();
      assertEquals(p && q ? 1 : 0, i.intOutput(0));
      assertEquals(p ? 0 : 1, i.intOutput(1));
      assertEquals(p ? 0.25f : 0.5f, i.floatOutput(2));
      assertEquals(p == q ? 1 : 0, i.intOutput(3));
    }
  }

  @Test
  void patternsAndWidths() {
    Value n = b.input("n", Type.I32);
    Value f = b.asFloat(n);
    Interpreter i =
        new Interpreter(
            b.output("bits", b.bits(f)).output("there and back", b.narrow(b.widen(f))).build());
    for (int bits : new int[] {0, 1, 0x80000000, 0x807FFFFF, 0x3F800001, 0xFF800000}) {
      i.set(0, bits).run();
      assertEquals(bits, i.intOutput(0));
      assertEquals(bits, Float.floatToRawIntBits(i.floatOutput(1)));
    }
    // A tie goes to the even neighbour; overflow to infinity; half the least number to 0.
    requireNarrow(1.0f, 1 + 0x1p-24);
    requireNarrow(1 + 0x1p-22f, 1 + 3 * 0x1p-24);
    requireNarrow(INF, 0x1.ffffffp127);
    requireNarrow(-0.0f, -0x1p-150);
    requireNarrow(LEAST, 0x1.8p-150);
  }

  private static void requireNarrow(float expected, double wide) {
    ProgramBuilder p = new ProgramBuilder("test");
    Computation c = p.output("y", p.narrow(p.wide(wide))).build();
    assertEquals(expected, new Interpreter(c).run().floatOutput(0));
  }

  @Test
  void lookUpsTakeTheLowBits() {
    Value n = b.input("n", Type.I32);
    Table numbers = b.table("numbers", 10, 11, 12, 13);
    Table integers = b.integerTable("integers", 7, 8);
    Table one = b.table("one", 5);
    Interpreter i =
        new Interpreter(
            b.output("number", b.lookup(numbers, n))
                .output("integer", b.lookup(integers, n))
                .output("one", b.lookup(one, n))
                .build());
    for (int index : new int[] {0, 1, 3, 4, -1, Integer.MIN_VALUE}) {
      i.set(0, index).run();
      assertEquals(10 + (index & 3), i.floatOutput(0));
      assertEquals(7 + (index & 1), i.intOutput(1));
      assertEquals(5, i.floatOutput(2));
    }
  }

  /** Blocks within blocks, and a result that was computed before the block. */
  @Test
  void rareBlocks() {
    Value x = b.input("x", Type.F32);
    Value negative = b.lt(x, b.constant(0.0f));
    Value small = b.lt(x, b.constant(-1.0f));
    Value square = b.multiply(x, x);
    Value y =
        b.rarely(
            negative,
            x,
            () -> {
              Value minus = b.negate(x);
              return b.rarely(small, minus, () -> b.add(minus, square));
            });
    Value z = b.rarely(negative, x, () -> square);
    Interpreter i = new Interpreter(b.output("y", y).output("z", z).build());
    for (float input : new float[] {3, -0.5f, -2, NAN, -0.0f, -2, 3}) {
      i.set(0, input).run();
      float expected = input < 0 ? input < -1 ? -input + input * input : -input : input;
      assertEquals(expected, i.floatOutput(0));
      assertEquals(input < 0 ? input * input : input, i.floatOutput(1));
    }
  }

  private void requireFloat(float expected, UnaryOperator<Value> op, float a) {
    requireFloat(expected, (v, w) -> op.apply(v), a, 0);
  }

  private void requireFloat(float expected, BinaryOperator<Value> op, float a, float c) {
    Value y = op.apply(b.constant(a), b.constant(c));
    ProgramBuilder p = b;
    float found = new Interpreter(p.output("y", y).build()).run().floatOutput(lastOutput());
    assertEquals(expected, found, () -> a + ", " + c);
  }

  private void requireInt(int expected, BinaryOperator<Value> op, int a, int c) {
    Value y = op.apply(b.integer(a), b.integer(c));
    int found = new Interpreter(b.output("y", y).build()).run().intOutput(lastOutput());
    assertEquals(expected, found, () -> a + ", " + c);
  }

  /** The builder keeps the outputs of the checks before. */
  private int lastOutput() {
    return b.build().program().outputs().size() - 1;
  }
}
