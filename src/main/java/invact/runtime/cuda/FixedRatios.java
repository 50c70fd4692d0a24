package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import invact.approx.Approximant;
import invact.approx.RootPolynomial;
import invact.approx.RootRational;
import invact.coefficient.CoefficientSet;
import invact.math.PerDtype;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Two polynomials or rationals in the root, which stand for f′, their degrees at most a kernel's;
 * the left one without a cut-off. The structure {@code Pair<Ratio, Ratio>} of backward_fixed.cu.
 *
 * @param room the kernel's degrees
 * @param left q on the left
 * @param right q on the right
 */
record FixedRatios(Shape room, Ratio left, Ratio right) implements FixedForms {
  /**
   * Degrees of a kernel.
   *
   * @param left of the left branch
   * @param right of the right branch
   */
  record Shape(Degrees left, Degrees right) {
    Shape(int leftNumerator, int leftDenominator, int rightNumerator, int rightDenominator) {
      this(
          new Degrees(leftNumerator, leftDenominator),
          new Degrees(rightNumerator, rightDenominator));
    }
  }

  /**
   * Degrees of a rational, of a polynomial if the denominator's is 0.
   *
   * @param numerator of the numerator
   * @param denominator of the denominator
   */
  record Degrees(int numerator, int denominator) {
    boolean cover(Degrees that) {
      return that.numerator <= numerator
          && that.denominator <= denominator
          && (that.denominator == 0) == (denominator == 0);
    }

    String text() {
      return numerator + "_" + denominator;
    }

    /** Centre and coefficients. */
    int floats() {
      return 2 + numerator + denominator;
    }
  }

  /** The kernels there are, the cheapest first. */
  static final List<Shape> SHAPES =
      List.of(
          new Shape(6, 0, 10, 0),
          new Shape(8, 0, 12, 0),
          new Shape(12, 0, 12, 0),
          new Shape(10, 0, 16, 0),
          new Shape(5, 5, 16, 0),
          new Shape(6, 6, 7, 7),
          new Shape(16, 0, 24, 0));

  /** Steps of two polynomials that take less time than a look into the table of outputs. */
  private static final int MOST_STEPS = 26;

  /** Points at which a denominator is looked at. */
  private static final int GRID = 4096;

  /** Far above the 2⁻⁶⁰ that the kernels demand, since between the points it may be less. */
  private static final double LEAST_DENOMINATOR = 0x1p-20;

  private static final double LARGEST = 0x1p40;

  /** An approximant as numerator and denominator. */
  private record Ratio(Degrees degrees, double centre, double cutoff, double[] c) {
    static Optional<Ratio> of(Approximant approximant) {
      return switch (approximant.form()) {
        case RootPolynomial form ->
            Optional.of(
                new Ratio(
                    new Degrees(form.degree(), 0),
                    form.centre(),
                    form.cutoff(),
                    approximant.coefficients()));
        case RootRational form ->
            Optional.of(
                new Ratio(
                    new Degrees(form.numeratorDegree(), form.denominatorDegree()),
                    form.centre(),
                    form.cutoff(),
                    approximant.coefficients()));
        default -> Optional.empty();
      };
    }

    /**
     * Whether, on all roots where the value is taken, the denominator has one sign and its size and
     * the numerator's are such that the kernels' quotient neither over- nor underflows on the way.
     */
    boolean isTame(double largestRoot) {
      if (degrees.denominator == 0) {
        return true;
      }
      if (largestRoot == Double.POSITIVE_INFINITY) {
        return false;
      }
      double sign = Math.signum(denominator(-centre));
      for (int i = 0; i <= GRID; i++) {
        double t = largestRoot * i / GRID - centre;
        double d = sign * denominator(t);
        if (!(d > LEAST_DENOMINATOR && d < LARGEST && Math.abs(numerator(t)) < LARGEST)) {
          return false;
        }
      }
      return true;
    }

    private double numerator(double t) {
      double value = 0;
      for (int j = degrees.numerator; j >= 0; j--) {
        value = value * t + c[j];
      }
      return value;
    }

    private double denominator(double t) {
      double value = 0;
      for (int j = degrees.denominator; j >= 1; j--) {
        value = (value + c[degrees.numerator + j]) * t;
      }
      return value + 1;
    }

    void store(Degrees room, MemorySegment to, long offset) {
      to.set(JAVA_FLOAT, offset, (float) centre);
      for (int j = 0; j <= degrees.numerator; j++) {
        to.set(JAVA_FLOAT, offset + 4 + j * Float.BYTES, (float) c[j]);
      }
      long denominator = offset + 4 + (room.numerator + 1) * (long) Float.BYTES;
      for (int j = 0; j < degrees.denominator; j++) {
        to.set(JAVA_FLOAT, denominator + j * Float.BYTES, (float) c[degrees.numerator + 1 + j]);
      }
    }
  }

  static Optional<FixedRatios> of(CoefficientSet set) {
    Optional<Ratio> left = Ratio.of(set.left().approximant().approximant());
    Optional<Ratio> right = Ratio.of(set.right().approximant().approximant());
    if (left.isEmpty()
        || right.isEmpty()
        || left.get().cutoff != Double.POSITIVE_INFINITY
        || !left.get().isTame(largestLeftRoot(set))
        || !right.get().isTame(Math.sqrt(right.get().cutoff))
        || !FixedForms.areDerivatives(set)) {
      return Optional.empty();
    }
    return SHAPES.stream()
        .filter(
            shape -> shape.left.cover(left.get().degrees) && shape.right.cover(right.get().degrees))
        .findFirst()
        .map(shape -> new FixedRatios(shape, left.get(), right.get()));
  }

  /** The root of the lift of y = 0, in the format where it is the largest. */
  private static double largestLeftRoot(CoefficientSet set) {
    return PerDtype.DTYPES.stream()
        .mapToDouble(format -> Math.sqrt(set.decoding().get(format).of(0)))
        .max()
        .orElseThrow();
  }

  @Override
  public String shape() {
    return room.left.text() + "_" + room.right.text();
  }

  @Override
  public boolean hasBf16() {
    return true;
  }

  @Override
  public boolean isFasterThanTable() {
    return room.left.denominator == 0
        && room.right.denominator == 0
        && room.left.numerator + room.right.numerator <= MOST_STEPS;
  }

  @Override
  public double cutoff() {
    return right.cutoff;
  }

  @Override
  public long bytes() {
    return (long) (room.left.floats() + room.right.floats()) * Float.BYTES;
  }

  @Override
  public void store(MemorySegment to, long offset) {
    left.store(room.left, to, offset);
    right.store(room.right, to, offset + (long) room.left.floats() * Float.BYTES);
  }
}
