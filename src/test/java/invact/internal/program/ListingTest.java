package invact.internal.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ListingTest {
  private static final String GOLDEN =
      """
      program golden(x: f32, n: i32)
        data offset: f32
        data table[2]: f32
        v0: f32 = x
        v1: i32 = n
        v2: f32 = offset
        v3: f32 = table[v1]
        v4: f32 = subtract(v0, v2)
        v5: f32 = fma(v4, v3, v2)
        v6: f32 = 0x1.8p-1
        v7: bool = lt(v5, v6)
        v13: f32 = rarely(v7, v5) {
          v8: f64 = widen(v5)
          v9: f64 = 0x1.0p1
          v10: f64 = multiply(v8, v9)
          v11: f32 = narrow(v10)
          v11
        }
        v14: i32 = shift_left(v1, 3)
        y = v13
        shifted = v14
      """;

  private static Program program() {
    ProgramBuilder b = new ProgramBuilder("golden");
    Value x = b.input("x", Type.F32);
    Value n = b.input("n", Type.I32);
    Value offset = b.parameter("offset", 0.5f);
    Value entry = b.lookup(b.table("table", 1, 2), n);
    Value y = b.fma(b.subtract(x, offset), entry, offset);
    Value tail =
        b.rarely(
            b.lt(y, b.constant(0.75f)),
            y,
            () -> {
              Value result = b.narrow(b.multiply(b.widen(y), b.wide(2)));
              b.exp(result);
              return result;
            });
    Value shifted = b.shiftLeft(n, 3);
    return b.output("y", tail).output("shifted", shifted).build().program();
  }

  @Test
  void textIsStable() {
    assertEquals(GOLDEN, Listing.of(program()).text());
    assertEquals(GOLDEN, program().toString());
  }

  @Test
  void linesLeadToTheirSteps() {
    Program program = program();
    Listing listing = Listing.of(program);
    String[] lines = listing.text().split("\n");
    program.forEach(step ->
        assertTrue(
            lines[listing.line(step.id()) - 1].trim().startsWith("v" + step.id() + ": "),
            () -> "v" + step.id()));
  }
}
