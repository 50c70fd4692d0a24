package invact.form.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.form.FormSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forms of every family with parameters and coefficients at random. */
class FormPropertiesTest {
  private static final long SEED = 15;
  private static final int TRIALS = 400;
  private static final double DEPTH = -Activations.GELU.minimum();
  private static final double LARGEST = 20;

  static Stream<Family> families() {
    return Forms.families().stream();
  }

  private static FormSpec spec(Family family, SplittableRandom random, int most) {
    List<Integer> counts = new ArrayList<>();
    for (Family.Count count : family.counts()) {
      counts.add(random.nextInt(count.least(), StrictMath.min(count.largest(), most) + 1));
    }
    double centre = random.nextBoolean() ? 0 : number(random);
    double cutoff = random.nextBoolean() ? Double.POSITIVE_INFINITY : number(random);
    return new FormSpec(
        family.name(),
        counts,
        family.hasCentre() ? centre : 0,
        family.hasCutoff() ? cutoff : Double.POSITIVE_INFINITY);
  }

  /** From 0.001 to 10⁶, of few digits or of many. */
  private static double number(SplittableRandom random) {
    double number = StrictMath.pow(10, random.nextDouble(-3, 6));
    return random.nextBoolean()
        ? number
        : StrictMath.max(0.001, StrictMath.rint(number * 1000) / 1000);
  }

  @ParameterizedTest
  @MethodSource("families")
  void aNameIsItsParameters(Family family) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < TRIALS; i++) {
      FormSpec spec = spec(family, random, Integer.MAX_VALUE - 1);
      assertEquals(spec, FormSpec.of(spec.name()));
      assertEquals(spec, Forms.of(spec.name(), DEPTH).spec());
    }
  }

  /**
   * fp64, fp32 and the gradient tell of one function. fp32 may differ by some roundings of each
   * term c·∂q/∂c and of √u; where there is no pole, both are finite.
   */
  @ParameterizedTest
  @MethodSource("families")
  void valueGradientAndProgramAgree(Family family) {
    SplittableRandom random = new SplittableRandom(SEED);
    int compared = 0;
    for (int i = 0; i < TRIALS; i++) {
      FormSpec drawn = spec(family, random, 5);
      FormSpec spec =
          new FormSpec(
              drawn.family(),
              drawn.counts(),
              drawn.centre() > 4 ? 0.75 : drawn.centre(),
              drawn.cutoff());
      Form form = Forms.of(spec, DEPTH);
      double[] c = coefficients(form, random);
      if (form.objection(c).isPresent() || form.pole(c, LARGEST).isPresent()) {
        continue;
      }
      FloatApproximant single = FloatApproximant.of(new Approximant(form, c));
      for (int k = 0; k < 20; k++) {
        float u = (float) (LARGEST * StrictMath.pow(random.nextDouble(), 4));
        String where = spec.name() + " at " + u + ", trial " + i + ", seed " + SEED;
        double q = form.value(u, c);
        assertTrue(Double.isFinite(q), where);
        double[] gradient = new double[c.length];
        form.gradient(u, c, gradient);
        double[] wide = differences(form, u, c, 1e-4);
        double[] narrow = differences(form, u, c, 0.5e-4);
        for (int j = 0; j < c.length; j++) {
          // Four times the error of the narrow one, and rounding divided by the step.
          double tolerance =
              StrictMath.abs(wide[j] - narrow[j])
                  + 1e-8 * (1 + StrictMath.abs(q) + StrictMath.abs(gradient[j]));
          assertEquals(narrow[j], gradient[j], tolerance, where + ", coefficient " + j);
        }
        double terms = StrictMath.abs(q);
        for (int j = 0; j < c.length; j++) {
          terms += StrictMath.abs(c[j] * gradient[j]);
        }
        double h = 1e-4 * u;
        double slope = (form.value(u + h, c) - form.value(u - h, c)) / (2 * h);
        double bound = 0x1p-24 * 8 * c.length * (terms + StrictMath.abs(2 * u * slope));
        if (u > 0 && !isNearABorder(form, c, u) && bound < 1e-3 * (1 + StrictMath.abs(q))) {
          assertEquals(q, single.value(u), bound, where);
          compared++;
        }
      }
    }
    assertTrue(compared > TRIALS, compared + " comparisons");
  }

  /** Of the size that fits give; fp32 numbers, so that rounding them changes nothing. */
  private static double[] coefficients(Form form, SplittableRandom random) {
    double[] c = random.doubles(form.coefficientCount(), -1, 1).toArray();
    for (Form.NonlinearCoefficient each : form.nonlinear()) {
      c[each.index()] = each.at(random.nextDouble(), 1);
    }
    for (int j = 0; j < c.length; j++) {
      c[j] = (float) c[j];
    }
    return c;
  }

  /** Central differences, whose error is proportional to the square of the step. */
  private static double[] differences(Form form, double u, double[] c, double step) {
    double[] differences = new double[c.length];
    for (int j = 0; j < c.length; j++) {
      double h = step * StrictMath.max(StrictMath.abs(c[j]), 1e-3);
      double[] more = c.clone();
      double[] less = c.clone();
      more[j] += h;
      less[j] -= h;
      differences[j] = (form.value(u, more) - form.value(u, less)) / (more[j] - less[j]);
    }
    return differences;
  }

  /** Where fp32 and fp64 may be on two sides: the cut-off, the borders of segments, the depth. */
  private static boolean isNearABorder(Form form, double[] c, double u) {
    double root = StrictMath.sqrt(u);
    boolean near = StrictMath.abs(u - form.cutoff()) < 1e-5 * u || StrictMath.abs(u - DEPTH) < 1e-5;
    for (Form.NonlinearCoefficient each : form.nonlinear()) {
      near |= StrictMath.abs(root - c[each.index()]) < 1e-5;
    }
    return near;
  }
}
