package invact.internal.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import invact.form.internal.Form;
import invact.form.internal.PaperGeluLeft;
import invact.form.internal.PaperRight;
import invact.form.internal.PaperSiluLeft;
import invact.form.internal.RootExponential;
import invact.form.internal.RootPolynomial;
import invact.form.internal.RootRational;
import invact.form.internal.SegmentedPolynomial;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Costs against counts made by hand. */
class CostTest {
  /** A form, and its instructions as one writes them down. */
  private record Count(Form form, Cost cost) {
    @Override
    public String toString() {
      return form.name();
    }
  }

  static Stream<Count> counts() {
    return Stream.of(
        // v = min(u/depth, 1), the depth's reciprocal known; 1 − v; the product; one fma.
        new Count(new PaperGeluLeft(0.17), new Cost(5, 0, 0, 0, 2)),
        // Two fma for the halves, one to join them; the root.
        new Count(new PaperSiluLeft(), new Cost(3, 0, 1, 0, 0)),
        // c4 − u, its square, its cube, times c3; two fma for the factor, one for q.
        new Count(new PaperRight(), new Cost(7, 0, 1, 1, 0)),
        new Count(new RootPolynomial(0), new Cost(0, 0, 0, 0, 0)),
        // Four steps of Horner's scheme; with a centre one more, with a cut-off two.
        new Count(new RootPolynomial(4), new Cost(4, 0, 1, 0, 0)),
        new Count(new RootPolynomial(4, 1.0, Double.POSITIVE_INFINITY), new Cost(5, 0, 1, 0, 0)),
        new Count(new RootPolynomial(4, 1.0, 4.5), new Cost(7, 0, 1, 0, 0)),
        // 3 + 2 steps, a reciprocal and its product.
        new Count(new RootRational(3, 2), new Cost(6, 1, 1, 0, 0)),
        new Count(new RootRational(1, 1, 0.375, 4.5), new Cost(6, 1, 1, 0, 0)),
        // k·u; two steps, one fma for q.
        new Count(
            new RootExponential(2, RootExponential.Decay.EXPONENTIAL), new Cost(4, 0, 1, 1, 0)),
        // u² besides, and a cut-off.
        new Count(
            new RootExponential(2, RootExponential.Decay.GAUSSIAN, 4.5), new Cost(7, 0, 1, 1, 0)),
        // Two comparisons and two sums for the segment; start, c0 and c1 looked up; t, one step;
        // cut-off.
        new Count(new SegmentedPolynomial(3, 1, 4.5), new Cost(11, 0, 1, 0, 0)));
  }

  @ParameterizedTest
  @MethodSource("counts")
  void formsCostWhatIsCountedByHand(Count count) {
    assertEquals(count.cost, count.form.cost());
  }

  @Test
  void slotsWeighUnitsByTheirWidth() {
    assertEquals(1 + 8 * (2 + 4 + 8) + 17 * 16, new Cost(1, 2, 4, 8, 16).issueSlots());
    assertEquals(new Cost(2, 4, 6, 8, 10), new Cost(1, 2, 3, 4, 5).plus(new Cost(1, 2, 3, 4, 5)));
    assertThrows(IllegalArgumentException.class, () -> new Cost(0, 0, -1, 0, 0));
  }

  /** A root and a division serve both branches; nine instructions go around. */
  @Test
  void backwardSharesRootAndDivision() {
    Cost both = Cost.backward(new Cost(10, 1, 1, 0, 0), new Cost(20, 1, 1, 1, 0));
    assertEquals(new Cost(39, 1, 1, 1, 0), both);
  }

  /** Signs, constants, patterns, and what few elements take, cost nothing. */
  @Test
  void freeSteps() {
    ProgramBuilder b = new ProgramBuilder("free");
    Value x = b.input("x", Type.F32);
    Value size = b.abs(b.negate(x));
    Value same = b.asFloat(b.bits(size));
    Value y = b.rarely(b.not(b.lt(same, b.parameter("p", 1))), same, () -> b.exp(b.sqrt(x)));
    // The comparison and the block's selection.
    Cost cost = Cost.of(b.output("y", y).build().program());
    assertEquals(new Cost(2, 0, 0, 0, 0), cost);
  }
}
