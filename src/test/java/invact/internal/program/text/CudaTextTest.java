package invact.internal.program.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Table;
import invact.internal.program.Type;
import invact.internal.program.Value;
import invact.internal.program.text.CudaText.Arithmetic;
import invact.internal.program.text.CudaText.Order;
import org.junit.jupiter.api.Test;

class CudaTextTest {
  @Test
  void stepsHaveLoopsOfTheirOwn() {
    ProgramBuilder b = new ProgramBuilder("steps");
    Value x = b.input("x", Type.F32);
    Value right = b.input("right", Type.BOOL);
    Value c = b.parameter("c", 2);
    Value root = b.sqrt(b.max(x, c));
    Value quotient = b.divide(root, b.constant(3));
    Value above = b.select(b.gt(x, c), b.constant(-1), quotient);
    b.output("y", b.select(right, above, root));
    assertEquals(
        """
        float v3[GROUP];
        EACH v3[j] = max_nan(x[j], arguments.c);
        float v4[GROUP];
        EACH v4[j] = near_root<true>(v3[j]);
        float v6[GROUP];
        EACH v6[j] = near_quotient<true>(v4[j], 0x1.8p1f);
        float v9[GROUP];
        EACH v9[j] = select_greater(x[j], arguments.c, -0x1.0p0f, v6[j]);
        float v10[GROUP];
        EACH v10[j] = select_bit((bits & 1u << j), v9[j], v4[j]);
        """,
        new CudaText(b.build().program(), Order.STEPS, Arithmetic.NEAR_ONE).statements(""));
  }

  @Test
  void elementsShareALoop() {
    ProgramBuilder b = new ProgramBuilder("elements");
    Value x = b.input("x", Type.F32);
    Table table = b.table("t", 0, 1, 2, 3, 4, 5, 6, 7);
    Value near = b.add(x, b.lookup(table, b.bits(x)));
    Value limit = b.constant(Float.POSITIVE_INFINITY);
    b.output("y", b.rarely(b.ge(x, limit), near, () -> b.divide(near, x)));
    CudaText text = new CudaText(b.build().program(), Order.ELEMENTS, Arithmetic.EXACT);
    assertEquals(
        """
        __shared__ float4 tables[8];
        fill_packed_tables(arguments, 10, 8, tables, 0);
        __syncthreads();
        """,
        text.tableSetup("", 10));
    assertEquals(
        """
        float v3[GROUP];
        EACH {
          const int32_t v1 = __float_as_int(x[j]);
          const float4 row1_0 = tables[0 + (v1 & 7)];
          const float v2 = row1_0.x;
          v3[j] = x[j] + v2;
        }
        float v7[GROUP];
        bool rare7 = false;
        EACH {
          v7[j] = v3[j];
          rare7 |= (x[j] >= __int_as_float(2139095040));
        }
        if (rare7) {
          EACH if ((x[j] >= __int_as_float(2139095040))) {
            const float v6 = __fdiv_rn(v3[j], x[j]);
            v7[j] = v6;
          }
        }
        """,
        text.statements(""));
  }

  /** An index that cannot be too large needs no mask; tables of other lengths lie in rows. */
  @Test
  void indicesAreMaskedWhereTheyMayBeTooLarge() {
    ProgramBuilder b = new ProgramBuilder("indices");
    Value x = b.input("x", Type.F32);
    Value zero = b.integer(0);
    Value low = b.select(b.ge(x, b.constant(1)), b.integer(1), zero);
    Value high = b.select(b.ge(x, b.constant(2)), b.integer(2), zero);
    Table four = b.table("four", 1, 2, 3, 4);
    Table two = b.table("two", 5, 6);
    Value index = b.add(low, high);
    b.output("y", b.add(b.lookup(four, index), b.lookup(two, index)));
    CudaText text = new CudaText(b.build().program(), Order.ELEMENTS, Arithmetic.EXACT);
    assertEquals(
        """
        __shared__ float tables[6];
        fill_tables(arguments, 3, 6, tables, 0);
        __syncthreads();
        """,
        text.tableSetup("", 3));
    String loop = text.statements("");
    assertEquals(
        """
          const float v11 = tables[0 + v10];
          const float v12 = tables[4 + (v10 & 1)];
        """,
        loop.lines()
            .filter(line -> line.contains("tables["))
            .map(line -> line + "\n")
            .reduce("", String::concat));
  }
}
