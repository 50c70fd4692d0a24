package invact.activation;

import invact.activation.expression.Jet;
import java.util.Arrays;
import java.util.function.UnaryOperator;
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

  /** Samples are 2⁻⁷ apart up to ±32, and everywhere 2^(1/16) times apart, from 2⁻²⁰ to 2¹²⁸. */
  private static final double[] SAMPLES = samples();

  /**
   * The shape of a function.
   *
   * @throws IllegalArgumentException with the reason, if it is no activation
   */
  static Shape of(String name, UnaryOperator<Jet> function) {
    Jet[] jets =
        Arrays.stream(SAMPLES).mapToObj(x -> function.apply(Jet.variable(x))).toArray(Jet[]::new);
    int centre = Arrays.binarySearch(SAMPLES, 0.0);
    if (!jets[centre].isFinite()) {
      throw refusal(name, "is not finite, or has no derivative, at x = 0");
    }
    int low = end(name, jets, centre, -1);
    int high = end(name, jets, centre, 1);
    if (StrictMath.abs(jets[low].value()) > NEGLIGIBLE) {
      throw refusal(
          name, "does not tend to 0 at −∞: it is " + jets[low].value() + " at x = " + SAMPLES[low]);
    }
    int[] around = aroundMinimum(name, jets, low, high);
    double argmin = root(function, SAMPLES[around[0]], SAMPLES[around[1]]);
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
    return new Shape(
        SAMPLES[low], SAMPLES[high], jets[high].value() - SAMPLES[high], argmin, bottom.value());
  }

  /** The index of the last sample on one side up to which all is finite. */
  private static int end(String name, Jet[] jets, int centre, int step) {
    int end = centre;
    while (end + step >= 0 && end + step < jets.length && jets[end + step].isFinite()) {
      end += step;
    }
    double limit = step < 0 ? 0 : 1;
    double slope = jets[end].first();
    if (StrictMath.abs(slope - limit) > NEGLIGIBLE) {
      boolean cutShort = end + step >= 0 && end + step < jets.length;
      throw refusal(
          name,
          cutShort
              ? "is not finite, or has no derivative, at x = "
                  + SAMPLES[end + step]
                  + ", and f′ is "
                  + slope
                  + " before that"
              : "has no f′ → "
                  + (step < 0 ? "0 at −∞" : "1 at +∞")
                  + ": f′ = "
                  + slope
                  + " at x = "
                  + SAMPLES[end]);
    }
    return end;
  }

  /** Indices of the last sample where f falls and the first where it rises. */
  private static int[] aroundMinimum(String name, Jet[] jets, int low, int high) {
    int[] turns = new int[2];
    int count = 0;
    int falling = -1;
    int rising = -1;
    int last = -1;
    StringBuilder places = new StringBuilder();
    for (int i = low; i <= high; i++) {
      double slope = jets[i].first();
      if (StrictMath.abs(slope) > NEGLIGIBLE) {
        if (last >= 0 && slope > 0 != jets[last].first() > 0) {
          turns[0] = last;
          turns[1] = i;
          count++;
          if (count <= 4) {
            places
                .append(count == 1 ? "" : ", ")
                .append((float) (0.5 * (SAMPLES[last] + SAMPLES[i])));
          }
        }
        falling = slope < 0 && falling < 0 ? i : falling;
        rising = slope > 0 && rising < 0 ? i : rising;
        last = i;
      }
    }
    if (falling < 0) {
      throw refusal(name, "has no minimum: it never falls");
    }
    if (count != 1 || rising < falling) {
      throw refusal(
          name,
          "has not exactly one minimum, falling before and rising after it: f′ changes sign "
              + count
              + " times, near x = "
              + places
              + (count > 4 ? " ..." : ""));
    }
    return turns;
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

  private static double[] samples() {
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
