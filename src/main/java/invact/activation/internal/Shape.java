package invact.activation.internal;

import invact.activation.internal.expression.Jet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What a function must have to be an activation, found by sampling it.
 *
 * @param low where it is finite from; on the left of it f = −0 and f′ = 0
 * @param high where it is finite to; on the right of it f = x + offset and f′ = 1
 * @param offset the limit of f − x
 * @param argmin T
 * @param minimum f(T)
 */
record Shape(double low, double high, double offset, double argmin, double minimum) {
  /** What counts as 0 in f′ and, at the left end, in f: some 8000 roundings of 1. */
  private static final double NEGLIGIBLE = 0x1p-40;

  /** |f′(T)| above this is no root that rounding missed, but a jump. */
  private static final double JUMP = 0x1p-30;

  /** f″(T) below this makes y next to T tell too little of x. */
  private static final double FLAT = 0x1p-20;

  /** Samples between which f′ changes by more, or f″ says so, have others put between them. */
  private static final double STEEP = 0x1p-3;

  /** No more are put between: an f that never comes to rest would need them without end. */
  private static final int MOST_SAMPLES = 1 << 15;

  /** Inputs 2⁻⁷ apart up to ±32, and everywhere 2^(1/16) times apart, from 2⁻²⁰ to 2¹²⁸. */
  private static final double[] INPUTS = inputs();

  /** f at one input. */
  private record Sample(double x, Jet jet) {
    Sample(UnaryOperator<Jet> function, double x) {
      this(x, function.apply(Jet.variable(x)));
    }

    double slope() {
      return jet.first();
    }

    double bend() {
      return jet.second();
    }
  }

  /**
   * The shape of a function.
   *
   * @throws IllegalArgumentException with the reason, if it is no activation
   */
  static Shape of(String name, UnaryOperator<Jet> function) {
    List<Sample> samples = samples(function);
    int centre = 0;
    while (samples.get(centre).x < 0) {
      centre++;
    }
    if (!samples.get(centre).jet.isFinite()) {
      throw refusal(name, "is not finite, or has no derivative, at x = 0");
    }
    Sample low = end(name, samples.subList(0, centre + 1).reversed(), 0);
    Sample high = end(name, samples.subList(centre, samples.size()), 1);
    if (StrictMath.abs(low.jet.value()) > NEGLIGIBLE) {
      throw refusal(
          name, "does not tend to 0 at −∞: it is " + low.jet.value() + " at x = " + low.x);
    }
    double argmin =
        argmin(name, function, samples.subList(samples.indexOf(low), samples.indexOf(high) + 1));
    Jet bottom = function.apply(Jet.variable(argmin));
    if (!(StrictMath.abs(bottom.first()) <= JUMP)) {
      throw refusal(
          name,
          "has a corner at its minimum, x = "
              + argmin
              + ": f′ jumps there from negative to positive");
    }
    if (!(bottom.second() >= FLAT)) {
      throw refusal(
          name, "has too flat a minimum: f″ = " + bottom.second() + " at its argmin T = " + argmin);
    }
    if (!(bottom.value() < 0)) {
      throw refusal(name, "is not negative at its argmin T = " + argmin);
    }
    return new Shape(low.x, high.x, high.jet.value() - high.x, argmin, bottom.value());
  }

  /**
   * Samples that f′ has no large step between, other than a jump: an interval with such a step is
   * halved, down to neighbouring doubles. So a minimum is seen though it is far from 0 and narrow
   * beside the distances of the inputs there.
   */
  private static List<Sample> samples(UnaryOperator<Jet> function) {
    List<Sample> samples = new ArrayList<>();
    for (double x : INPUTS) {
      Sample next = new Sample(function, x);
      if (!samples.isEmpty()) {
        addBetween(function, samples, samples.getLast(), next);
      }
      samples.add(next);
    }
    return samples;
  }

  private static void addBetween(
      UnaryOperator<Jet> function, List<Sample> samples, Sample left, Sample right) {
    double middle = 0.5 * left.x + 0.5 * right.x;
    double bend = StrictMath.max(StrictMath.abs(left.bend()), StrictMath.abs(right.bend()));
    double step = StrictMath.abs(right.slope() - left.slope());
    // Comparisons fail where f′ is no number; where f′ stands still its bend is rounding.
    if (samples.size() < MOST_SAMPLES
        && (step > STEEP || step > NEGLIGIBLE && bend * (right.x - left.x) > STEEP)
        && middle > left.x
        && middle < right.x) {
      Sample between = new Sample(function, middle);
      addBetween(function, samples, left, between);
      samples.add(between);
      addBetween(function, samples, between, right);
    }
  }

  /** The last sample, from that at 0 on, up to which all is finite. */
  private static Sample end(String name, List<Sample> outward, double limit) {
    int count = 1;
    while (count < outward.size() && outward.get(count).jet.isFinite()) {
      count++;
    }
    Sample end = outward.get(count - 1);
    if (StrictMath.abs(end.slope() - limit) > NEGLIGIBLE) {
      throw refusal(
          name,
          count < outward.size()
              ? "is not finite, or has no derivative, at x = "
                  + outward.get(count).x
                  + ", and f′ is "
                  + end.slope()
                  + " before that"
              : "has no f′ → "
                  + (limit == 0 ? "0 at −∞" : "1 at +∞")
                  + ": f′ = "
                  + end.slope()
                  + " at x = "
                  + end.x);
    }
    return end;
  }

  /** Where f stops to fall and begins to rise. */
  private static double argmin(String name, UnaryOperator<Jet> function, List<Sample> samples) {
    List<Sample> sloping =
        samples.stream().filter(sample -> StrictMath.abs(sample.slope()) > NEGLIGIBLE).toList();
    if (sloping.stream().noneMatch(sample -> sample.slope() < 0)) {
      throw refusal(name, "has no minimum: it never falls");
    }
    List<Integer> turns =
        IntStream.range(1, sloping.size())
            .filter(i -> sloping.get(i).slope() > 0 != sloping.get(i - 1).slope() > 0)
            .boxed()
            .toList();
    if (turns.size() != 1 || sloping.getFirst().slope() > 0) {
      throw refusal(
          name,
          "has not exactly one minimum, falling before and rising after it: f′ changes sign "
              + turns.size()
              + " times, near x = "
              + turns.stream()
                  .limit(4)
                  .map(i -> "" + (float) (0.5 * (sloping.get(i - 1).x + sloping.get(i).x)))
                  .collect(Collectors.joining(", "))
              + (turns.size() > 4 ? " ..." : ""));
    }
    return root(function, sloping.get(turns.getFirst() - 1).x, sloping.get(turns.getFirst()).x);
  }

  /** Where f′ changes from negative to positive, by bisection to neighbouring doubles. */
  private static double root(UnaryOperator<Jet> function, double falling, double rising) {
    double left = falling;
    double right = rising;
    while (true) {
      double middle = 0.5 * (left + right);
      if (middle <= left || middle >= right) {
        double before = function.apply(Jet.variable(left)).first();
        double after = function.apply(Jet.variable(right)).first();
        return StrictMath.abs(before) < StrictMath.abs(after) ? left : right;
      }
      if (function.apply(Jet.variable(middle)).first() < 0) {
        left = middle;
      } else {
        right = middle;
      }
    }
  }

  private static IllegalArgumentException refusal(String name, String reason) {
    return new IllegalArgumentException(name + " " + reason);
  }

  private static double[] inputs() {
    DoubleStream uniform = IntStream.rangeClosed(-32 * 128, 32 * 128).mapToDouble(i -> i / 128.0);
    double[] magnitudes =
        IntStream.rangeClosed(-20 * 16, 128 * 16)
            .mapToDouble(k -> StrictMath.pow(2.0, k / 16.0))
            .toArray();
    DoubleStream geometric =
        DoubleStream.concat(
            Arrays.stream(magnitudes), Arrays.stream(magnitudes).map(magnitude -> -magnitude));
    return DoubleStream.concat(uniform, geometric).sorted().distinct().toArray();
  }
}
