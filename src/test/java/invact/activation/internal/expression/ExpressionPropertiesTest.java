package invact.activation.internal.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random expressions: grammar, value, first and second derivative against {@link Tree}, which
 * differentiates by rules and bounds its own error.
 */
class ExpressionPropertiesTest {
  private static final long SEED = 45;
  private static final int TREES = 20_000;

  /** Jet's own roundings are as many as the tree's, or fewer. */
  private static final double FACTOR = 4;

  @Test
  void valuesAndDerivativesAreThoseOfASecondEvaluator() {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] close = new int[3];
    for (int i = 0; i < TREES; i++) {
      Tree tree = Tree.random(random, random.nextInt(1, 5));
      Tree slope = tree.derivative();
      Tree bend = slope.derivative();
      String text = tree.text(0);
      if (text.length() > 1000) {
        continue;
      }
      Expression expression = Expression.parse(text);
      for (int k = 0; k < 4; k++) {
        double x = random.nextDouble(-6, 6);
        if (Double.isNaN(tree.at(x).value())) {
          continue;
        }
        Jet jet = expression.apply(Jet.variable(x));
        double[] found = {jet.value(), jet.first(), jet.second()};
        Tree[] expected = {tree, slope, bend};
        for (int derivative = 0; derivative < 3; derivative++) {
          Tree.Bounded bounded = expected[derivative].at(x);
          double value = bounded.value();
          // Nothing is known where the bound is no number, or a term overflows on the way.
          if (Double.isFinite(value) && bounded.error() < 1e-3 * (1 + StrictMath.abs(value))) {
            int of = derivative;
            assertEquals(
                value,
                found[derivative],
                FACTOR * bounded.error(),
                () -> "derivative " + of + " of " + text + " at " + x + ", seed " + SEED);
            close[derivative] += bounded.error() < 1e-9 * (1 + StrictMath.abs(value)) ? 1 : 0;
          }
        }
      }
    }
    for (int derivative = 0; derivative < 3; derivative++) {
      int count = close[derivative];
      assertTrue(count > 2 * TREES, count + " close comparisons of derivative " + derivative);
    }
  }
}
