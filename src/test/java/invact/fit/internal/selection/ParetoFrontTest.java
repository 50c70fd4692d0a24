package invact.fit.internal.selection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Target;
import invact.fit.internal.selection.Finding.Measured;
import invact.form.internal.RootPolynomial;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParetoFrontTest {
  /** A finding of some cost: a polynomial's grows with its degree. */
  private static Measured finding(int degree, double error) {
    return new Measured(
        new Candidate(new RootPolynomial(degree), Target.DERIVATIVE, Method.MINIMAX), 0, 0, error);
  }

  private static int slots(Measured finding) {
    return finding.candidate().cost().issueSlots();
  }

  private static boolean dominates(Measured a, Measured b) {
    return slots(a) <= slots(b)
        && a.maxAbs() <= b.maxAbs()
        && (slots(a) < slots(b) || a.maxAbs() < b.maxAbs());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void frontOfRandomFindings(long seed) {
    Random random = new Random(seed);
    List<Measured> findings = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      // Few values, so that costs and errors coincide.
      findings.add(finding(random.nextInt(12), (1 + random.nextInt(30)) * 1e-5));
    }
    List<Measured> front = ParetoFront.of(findings, ParetoFrontTest::slots, Measured::maxAbs);
    assertFalse(front.isEmpty());
    for (Measured point : front) {
      assertTrue(
          findings.stream().noneMatch(other -> dominates(other, point)), point + " is dominated");
    }
    for (Measured other : findings) {
      double leastAtItsCost =
          front.stream()
              .filter(point -> slots(point) <= slots(other))
              .mapToDouble(Measured::maxAbs)
              .min()
              .orElseThrow();
      assertTrue(leastAtItsCost <= other.maxAbs(), "nothing as good as " + other);
    }
    for (int i = 1; i < front.size(); i++) {
      assertTrue(slots(front.get(i - 1)) < slots(front.get(i)));
      assertTrue(front.get(i - 1).maxAbs() > front.get(i).maxAbs());
    }
  }

  @Test
  void whatHasNoErrorIsNotOnTheFront() {
    Measured good = finding(3, 1e-3);
    List<Measured> findings =
        List.of(finding(1, Double.NaN), finding(2, Double.POSITIVE_INFINITY), good);
    assertEquals(List.of(good), ParetoFront.of(findings, ParetoFrontTest::slots, Measured::maxAbs));
    assertEquals(List.of(), ParetoFront.of(List.of(), ParetoFrontTest::slots, Measured::maxAbs));
  }

  @Test
  void ofEqualsTheFirst() {
    Measured first = new Measured(finding(4, 1e-3).candidate(), 1, 0, 1e-3);
    Measured second = new Measured(finding(4, 1e-3).candidate(), 2, 0, 1e-3);
    assertEquals(
        List.of(first),
        ParetoFront.of(List.of(first, second), ParetoFrontTest::slots, Measured::maxAbs));
  }
}
