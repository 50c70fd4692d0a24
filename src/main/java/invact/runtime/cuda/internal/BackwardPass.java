package invact.runtime.cuda.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.form.internal.Approximant;
import invact.form.internal.Form;
import invact.form.internal.PaperGeluLeft;
import invact.form.internal.PaperRight;
import invact.form.internal.PaperSiluLeft;
import invact.form.internal.RationalPieces;
import invact.internal.arithmetic.Backward;
import invact.internal.program.text.CudaText.Arithmetic;
import invact.internal.program.text.CudaText.Order;
import invact.numeric.Dtype;
import invact.numeric.internal.PerDtype;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The backward pass of a set, by the program that is the fastest for its forms.
 *
 * @param pass the pass
 * @param isFasterThanTable whether its kernel is faster in bf16 than the table of all outputs,
 *     whose time is the same for all sets. On one H100, 2²⁸ elements: the table 0.577 ms;
 *     polynomials of degree 6|10 0.544, 8|12 0.552, 10|16 0.567, the paper's forms 0.546; 5/5|16
 *     0.618, 16|24 0.642.
 */
record BackwardPass(Pass pass, boolean isFasterThanTable) {
  /**
   * Degrees that are built in: lower ones are padded.
   *
   * @param left of the left branch
   * @param right of the right branch
   */
  private record Shape(Degrees left, Degrees right) {
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
  private record Degrees(int numerator, int denominator) {
    static Degrees of(RationalPieces pieces) {
      return new Degrees(pieces.numeratorDegree(), pieces.denominatorDegree());
    }

    boolean cover(Degrees that) {
      return that.numerator <= numerator
          && that.denominator <= denominator
          && (that.denominator == 0) == (denominator == 0);
    }

    boolean isPolynomial() {
      return denominator == 0;
    }

    RationalPieces pad(RationalPieces pieces) {
      return pieces.padded(numerator, denominator);
    }

    /** Some rational of these degrees. */
    RationalPieces any() {
      return pad(
          new RationalPieces(
              new float[1], new float[1][1], new float[1][0], Float.POSITIVE_INFINITY, false));
    }
  }

  /** The cheapest first. */
  private static final List<Shape> SHAPES =
      List.of(
          new Shape(6, 0, 10, 0),
          new Shape(8, 0, 12, 0),
          new Shape(12, 0, 12, 0),
          new Shape(10, 0, 16, 0),
          new Shape(5, 5, 16, 0),
          new Shape(6, 6, 7, 7),
          new Shape(16, 0, 24, 0));

  /** The degree of segments that is built in. */
  private static final int SEGMENT_DEGREE = 5;

  /** Largest sum of two polynomials' degrees whose kernel is faster than the table of outputs. */
  private static final int MOST_STEPS = 26;

  /** Intervals of the grid on which a denominator is checked. */
  private static final int GRID = 4096;

  /**
   * Least denominator at the points: far above the kernels' 2⁻⁶⁰, since it may be less between
   * them.
   */
  private static final double LEAST_DENOMINATOR = 0x1p-20;

  /** Largest numerator and denominator: their products and quotients stay within fp32. */
  private static final double LARGEST = 0x1p40;

  /** The pass of a set. */
  static BackwardPass of(CoefficientSet set) {
    BranchApproximant left = set.left().approximant();
    BranchApproximant right = set.right().approximant();
    return pieces(set, left, right)
        .or(() -> paper(set.decoding(), left, right))
        .orElseGet(() ->
            new BackwardPass(
                either("backward", set.decoding(), left, right, Arithmetic.EXACT), false));
  }

  /** The passes that are built in, with placeholders for coefficients. */
  static Stream<Pass> builtIn() {
    PerDtype<RoundedHeight> decoding =
        PerDtype.of(dtype -> RoundedHeight.of(Activations.GELU, dtype));
    Stream<Pass> pairs =
        SHAPES.stream().map(shape -> paired(decoding, shape, shape.left.any(), shape.right.any()));
    RationalPieces polynomial = new Degrees(SEGMENT_DEGREE, 0).any();
    RationalPieces two =
        new RationalPieces(
            new float[] {0, 1},
            new float[][] {polynomial.numerators()[0], polynomial.numerators()[0]},
            new float[2][0],
            polynomial.cutoff(),
            true);
    Stream<Pass> segments = keyed(decoding, two, two).stream();
    Stream<Pass> paper =
        Activations.paper().stream()
            .flatMap(f ->
                f.targets().stream()
                    .sorted()
                    .map(target -> {
                      double depth = -f.minimum();
                      Form form =
                          f.equals(Activations.GELU)
                              ? new PaperGeluLeft(depth)
                              : new PaperSiluLeft();
                      return paper(
                              decoding,
                              ones(f, Branch.LEFT, target, form),
                              ones(f, Branch.RIGHT, target, new PaperRight()))
                          .orElseThrow()
                          .pass;
                    }));
    return Stream.of(pairs, segments, paper).flatMap(passes -> passes);
  }

  private static BranchApproximant ones(
      Activation activation, Branch branch, Target target, Form form) {
    double[] c = new double[form.coefficientCount()];
    Arrays.fill(c, 1);
    return new BranchApproximant(activation, branch, target, new Approximant(form, c));
  }

  /** The pass of polynomials and rationals in the root. */
  private static Optional<BackwardPass> pieces(
      CoefficientSet set, BranchApproximant left, BranchApproximant right) {
    Optional<RationalPieces> onLeft = Backward.pieces(left);
    Optional<RationalPieces> onRight = Backward.pieces(right);
    if (onLeft.isEmpty()
        || onRight.isEmpty()
        || left.target() != Target.DERIVATIVE
        || right.target() != Target.DERIVATIVE
        || onLeft.get().cutoff() != Float.POSITIVE_INFINITY) {
      return Optional.empty();
    }
    return pieces(set.decoding(), onLeft.get(), onRight.get());
  }

  private static Optional<BackwardPass> pieces(
      PerDtype<RoundedHeight> decoding, RationalPieces left, RationalPieces right) {
    if (left.count() > 1 || right.count() > 1) {
      return left.denominatorDegree() == 0 && right.denominatorDegree() == 0
          ? keyed(decoding, left, right).map(pass -> new BackwardPass(pass, false))
          : Optional.empty();
    }
    if (!isTame(left, largestLeftRoot(decoding)) || !isTame(right, Math.sqrt(right.cutoff()))) {
      return Optional.empty();
    }
    Degrees leftDegrees = Degrees.of(left);
    Degrees rightDegrees = Degrees.of(right);
    Shape shape =
        SHAPES.stream()
            .filter(s -> s.left.cover(leftDegrees) && s.right.cover(rightDegrees))
            .findFirst()
            .orElse(new Shape(leftDegrees, rightDegrees));
    boolean isShort =
        shape.left.isPolynomial()
            && shape.right.isPolynomial()
            && shape.left.numerator + shape.right.numerator <= MOST_STEPS;
    return Optional.of(new BackwardPass(paired(decoding, shape, left, right), isShort));
  }

  private static Pass paired(
      PerDtype<RoundedHeight> decoding, Shape shape, RationalPieces left, RationalPieces right) {
    boolean divides = !shape.left.isPolynomial() || !shape.right.isPolynomial();
    String name =
        "backward_%d_%d_%d_%d"
            .formatted(
                shape.left.numerator,
                shape.left.denominator,
                shape.right.numerator,
                shape.right.denominator);
    return Pass.of(
        name,
        Order.STEPS,
        dtype ->
            new Pass.Variant(
                Backward.paired(decoding.get(dtype), shape.left.pad(left), shape.right.pad(right)),
                // What a few ulp of fp32 change is seldom seen in fp16, and with rationals all time
                // is needed.
                divides && dtype == Dtype.FP16 ? Arithmetic.ESTIMATED : Arithmetic.NEAR_ONE));
  }

  private static Optional<Pass> keyed(
      PerDtype<RoundedHeight> decoding, RationalPieces left, RationalPieces right) {
    return Backward.keyed(decoding.fp32(), left, right, SEGMENT_DEGREE)
        .map(_ ->
            Pass.of(
                "backward_segments",
                Order.ELEMENTS,
                dtype ->
                    new Pass.Variant(
                        Backward.keyed(decoding.get(dtype), left, right, SEGMENT_DEGREE)
                            .orElseThrow(),
                        Arithmetic.NEAR_ONE)));
  }

  /** The pass of the paper's forms, whose powers have exponents above 0. */
  private static Optional<BackwardPass> paper(
      PerDtype<RoundedHeight> decoding, BranchApproximant left, BranchApproximant right) {
    if (!(right.approximant().form() instanceof PaperRight)) {
      return Optional.empty();
    }
    double[] c = left.approximant().coefficients();
    String form =
        switch (left.approximant().form()) {
          case PaperGeluLeft _ when c[2] > 0 && c[3] > 0 -> "gelu";
          case PaperSiluLeft _ -> "silu";
          default -> "";
        };
    if (form.isEmpty() || left.target() != right.target()) {
      return Optional.empty();
    }
    String name = "backward_paper_" + form + "_" + left.target().label();
    return Optional.of(
        new BackwardPass(either(name, decoding, left, right, Arithmetic.NEAR_ONE), true));
  }

  private static Pass either(
      String name,
      PerDtype<RoundedHeight> decoding,
      BranchApproximant left,
      BranchApproximant right,
      Arithmetic arithmetic) {
    return Pass.of(
        name,
        Order.ELEMENTS,
        dtype ->
            new Pass.Variant(
                Backward.either(left, right, decoding.get(dtype), Backward.Indicator.BOOL),
                arithmetic));
  }

  /**
   * Whether, on all roots where the value is taken, the denominator has one sign and its size and
   * the numerator's are such that the kernels' quotient neither over- nor underflows on the way.
   */
  private static boolean isTame(RationalPieces pieces, double largestRoot) {
    if (pieces.denominatorDegree() == 0) {
      return true;
    }
    if (largestRoot == Double.POSITIVE_INFINITY) {
      return false;
    }
    float[] above = pieces.numerators()[0];
    float[] below = pieces.denominators()[0];
    double centre = pieces.starts()[0];
    double sign = Math.signum(1 - centre * value(below, -centre));
    for (int i = 0; i <= GRID; i++) {
      double t = largestRoot * i / GRID - centre;
      double d = sign * (1 + t * value(below, t));
      if (!(d > LEAST_DENOMINATOR && d < LARGEST && Math.abs(value(above, t)) < LARGEST)) {
        return false;
      }
    }
    return true;
  }

  private static double value(float[] c, double t) {
    double value = 0;
    for (int j = c.length - 1; j >= 0; j--) {
      value = value * t + c[j];
    }
    return value;
  }

  /** Largest root of the height of y = 0 in any dtype. */
  private static double largestLeftRoot(PerDtype<RoundedHeight> decoding) {
    return Pass.DTYPES.stream()
        .mapToDouble(dtype -> Math.sqrt(decoding.get(dtype).of(0)))
        .max()
        .orElseThrow();
  }
}
