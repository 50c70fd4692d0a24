package invact.certify.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.internal.Scale;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.ErrorBound;
import invact.form.internal.FloatApproximant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The largest error on exact outputs, sup |g(f(x)) − f′(x)| over all x of a branch: g without
 * rounding, its coefficients those of fp32.
 *
 * <p>The branch is cut into cells of x, on each of which the error is a Taylor form in the distance
 * from its middle. The cell next to T is expanded at T itself, where the height u = d²·(f″(T)/2 +
 * …) has an exact factor d², so that its root, the signed root, is d·√(…) without a division by a
 * vanishing height. The cell whose error may be the largest is halved until no error can be larger,
 * by more than a share, than one that was found: branch and bound (E. Hansen and G. W. Walster,
 * "Global Optimization Using Interval Analysis", 2nd edition, 2004). Where a Taylor form has no
 * bound, as that of a power of u next to T, plain intervals take its place. Beyond the last cell is
 * {@link Tail}.
 */
final class ExactError {
  /** Of Taylor forms: from 8 to 12 a proof takes about as long. */
  private static final int ORDER = 10;

  /** Upper and lower bound meet within this share; a tenth of what is promised. */
  private static final double GAP = 1e-3;

  /** No proof of a shipped set takes a hundredth of it. */
  private static final int MOST_CELLS = 200_000;

  private final Branch branch;
  private final BranchApproximant approximant;
  private final ActivationEnclosure activation;
  private final Minimum minimum;
  private final ProgramEnclosure q;
  private final PriorityQueue<Cell> cells =
      new PriorityQueue<>(Comparator.comparingDouble((Cell cell) -> -cell.upper));
  private double lower;
  private double at;

  /**
   * A part of the branch.
   *
   * @param low the least x; of a cell next to T the distance 0
   * @param high the largest x; of a cell next to T its largest distance from T
   * @param isAtT whether it is a cell next to T
   * @param upper what no error on it is above
   */
  private record Cell(double low, double high, boolean isAtT, double upper) {}

  private ExactError(BranchApproximant approximant) {
    this.approximant = approximant;
    branch = approximant.branch();
    activation = ActivationEnclosure.of(approximant.activation());
    minimum = Minimum.of(approximant.activation(), activation);
    q = new ProgramEnclosure(FloatApproximant.computation(approximant.approximant()));
    at = approximant.activation().argmin();
  }

  /**
   * Proves the largest error of one branch.
   *
   * @param approximant the approximant of the branch
   * @return bounds that meet within {@link #GAP}
   * @throws CertificateException if they do not come to meet
   */
  static ErrorBound of(BranchApproximant approximant) {
    return new ExactError(approximant).prove();
  }

  private ErrorBound prove() {
    Activation f = approximant.activation();
    double scale = Scale.of(f);
    Tail tail = Tail.of(approximant, activation, minimum, q);
    double next = scale / 16;
    addAtT(next);
    for (double d = next; d < tail.from(); d = next) {
      next = StrictMath.min(d + StrictMath.max(scale / 8, d / 8), tail.from());
      addBetween(d, next);
    }
    found(tail.error().lower(), tail.error().at());
    int count = cells.size();
    while (cells.peek().upper > lower * (1 + GAP)) {
      Cell cell = cells.poll();
      count += 2;
      double middle = 0.5 * cell.low + 0.5 * cell.high;
      if (count > MOST_CELLS || !(cell.low < middle && middle < cell.high)) {
        throw new CertificateException(
            "the error on the "
                + branch.label()
                + " branch cannot be proved: next to x = "
                + (cell.isAtT ? f.argmin() : middle)
                + " it is not bounded, after "
                + count
                + " cells");
      }
      if (cell.isAtT) {
        addAtT(middle);
        addBetween(middle, cell.high);
      } else {
        add(cell.low, middle);
        add(middle, cell.high);
      }
    }
    return new ErrorBound(lower, StrictMath.max(cells.peek().upper, tail.error().upper()), at);
  }

  /** Adds the cell of the distances from T up to one. */
  private void addAtT(double distance) {
    Interval distances =
        branch == Branch.RIGHT ? new Interval(0, distance) : new Interval(-distance, 0);
    cells.add(new Cell(0, distance, true, bound(minimum.argmin(), distances, true)));
  }

  /** Adds the cell of all x whose distance from T is between two. */
  private void addBetween(double near, double far) {
    Interval distances = new Interval(near, far);
    Interval x = minimum.argmin().plus(branch == Branch.RIGHT ? distances : distances.negate());
    add(x.low(), x.high());
  }

  private void add(double low, double high) {
    Interval x = new Interval(low, high);
    Interval middle = Interval.of(x.middle());
    cells.add(new Cell(low, high, false, bound(middle, x.minus(middle), false)));
  }

  /** What no error of a cell is above; a larger error than those before is kept. */
  private double bound(Interval x, Interval distances, boolean isAtT) {
    double upper = bound(x, new Domain(distances, ORDER), isAtT, true);
    if (upper == Double.POSITIVE_INFINITY) {
      upper = bound(x, new Domain(distances, 0), isAtT, false);
      bound(x, new Domain(Interval.ZERO, 0), false, true);
    }
    return upper;
  }

  /**
   * The same, by forms of one order.
   *
   * @param hasMiddle whether a form's first term is the error at the expansion point alone
   * @return the bound, +∞ if there is none
   */
  private double bound(Interval x, Domain domain, boolean isAtT, boolean hasMiddle) {
    double upper = 0;
    double middle = Double.POSITIVE_INFINITY;
    try {
      for (TaylorForm error : errors(TaylorForm.variable(domain, x), isAtT)) {
        upper = StrictMath.max(upper, error.range().magnitude());
        middle = StrictMath.min(middle, error.atExpansionPoint().mignitude());
      }
    } catch (NoEnclosureException e) {
      return Double.POSITIVE_INFINITY;
    }
    if (hasMiddle) {
      found(middle, x.middle());
    }
    return upper;
  }

  private void found(double error, double x) {
    if (error > lower) {
      lower = error;
      at = x;
    }
  }

  private List<TaylorForm> errors(TaylorForm x, boolean isAtT) {
    ActivationEnclosure.Both f = activation.at(x);
    TaylorForm height =
        isAtT && x.order() > 0
            ? f.value().fromSecondOrder()
            : notNegative(f.value().plus(minimum.value().negate()));
    return q.values(height).stream()
        .map(value -> derivative(approximant, value, f.value()).minus(f.derivative()))
        .toList();
  }

  /** A height, which is not negative, whatever the difference of two enclosures says. */
  private static TaylorForm notNegative(TaylorForm height) {
    if (height.order() > 0) {
      return height;
    }
    Interval range = height.range();
    return height.like(
        new Interval(StrictMath.max(0, range.low()), StrictMath.max(0, range.high())));
  }

  /** g of an approximant's value and an output. */
  static TaylorForm derivative(BranchApproximant approximant, TaylorForm value, TaylorForm y) {
    return switch (approximant.target()) {
      case DERIVATIVE -> value;
      case SIGMOID -> value.plus(y.times(value.negate().plus(Interval.ONE)));
    };
  }
}
