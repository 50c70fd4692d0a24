package invact.fit.defaults;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.RoundedLift;
import invact.approx.Cost;
import invact.approx.FloatApproximant;
import invact.approx.Form;
import invact.approx.RootPolynomial;
import invact.coefficient.CoefficientSet;
import invact.coefficient.Piece;
import invact.fit.FitException;
import invact.fit.minimax.InvertedDerivative;
import invact.math.CompensatedSum;
import invact.math.FloatFormat;
import invact.samples.Density;
import invact.samples.OutputClasses;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The cheapest polynomials in the root that decode a 16-bit format nearly as well as anything can.
 *
 * <p>Every degree of either branch is fitted to the conditional mean ({@link
 * ConditionalMeanFitter}). The squared error of both branches together is that of the floor and
 * what each branch adds to it; the pair of least cost is taken whose root is within a ratio of the
 * floor, for inputs of several scales.
 */
final class PolynomialSearch {
  private static final Density USUAL = new Density.Normal(1);

  /**
   * What is fitted: inputs as a normalised layer makes them, and one in fifty from anywhere, so
   * that rare inputs are not given up.
   */
  static final Density DENSITY = new Density.Mixture(USUAL, new Density.Uniform(-20, 20), 0.02);

  /** A density and the largest RMS error wanted for it, in floors. */
  private record Goal(Density density, double ratio) {}

  /** The first must be reached, the others as nearly as the degrees allow. */
  private static final List<Goal> GOALS =
      List.of(
          new Goal(USUAL, 1.03),
          new Goal(new Density.Normal(0.5), 1.1),
          new Goal(new Density.Normal(2), 1.1));

  private static final int LEAST_DEGREE = 4;

  /** Beyond it the powers cancel more than they add: fp32 loses a bit with each degree. */
  static final int LARGEST_DEGREE = 16;

  /** A polynomial, and what it adds to the squared floor for each goal, in squared floors. */
  private record Candidate(Piece piece, double[] excess) {
    Form form() {
      return piece.approximant().approximant().form();
    }
  }

  /** Both branches. */
  private record Pair(Candidate left, Candidate right) {
    /** The RMS error for one goal, in floors. */
    double ratio(int goal) {
      return StrictMath.sqrt(1 + left.excess[goal] + right.excess[goal]);
    }

    /** At most 1 where all goals are met. */
    double worst() {
      double worst = 0;
      for (int goal = 0; goal < GOALS.size(); goal++) {
        worst = StrictMath.max(worst, ratio(goal) / GOALS.get(goal).ratio());
      }
      return worst;
    }

    int slots() {
      return Cost.backward(left.form(), right.form()).slots();
    }
  }

  private final Activation activation;
  private final FloatFormat format;
  private final RoundedLift lift;
  private final List<OutputClasses> seen = new ArrayList<>();

  PolynomialSearch(Activation activation, FloatFormat format) {
    this.activation = activation;
    this.format = format;
    lift = RoundedLift.of(activation, format);
    for (Goal goal : GOALS) {
      seen.add(OutputClasses.of(activation, format, goal.density()));
    }
  }

  /**
   * The set.
   *
   * @throws FitException if no pair of degrees reaches the first goal, or the format has too few
   *     outputs on a branch
   */
  CoefficientSet fit(String name) {
    ConditionalMeanFitter fitter = new ConditionalMeanFitter(format, DENSITY);
    OutputClasses classes = OutputClasses.of(activation, format, DENSITY);
    Map<Branch, List<Candidate>> candidates = new EnumMap<>(Branch.class);
    for (Branch branch : Branch.values()) {
      List<Candidate> its = new ArrayList<>();
      for (int degree = LEAST_DEGREE; degree <= LARGEST_DEGREE; degree++) {
        its.add(candidate(fitter.fit(activation, branch, form(branch, degree), classes)));
      }
      candidates.put(branch, its);
    }
    Pair best =
        candidates.get(Branch.LEFT).stream()
            .flatMap(l -> candidates.get(Branch.RIGHT).stream().map(r -> new Pair(l, r)))
            .min(
                Comparator.<Pair>comparingDouble(pair -> StrictMath.max(pair.worst(), 1.0))
                    .thenComparingInt(Pair::slots)
                    .thenComparingDouble(pair -> pair.ratio(0)))
            .orElseThrow();
    if (best.ratio(0) > GOALS.getFirst().ratio()) {
      throw new FitException(
          ("no polynomials up to degree %d decode %s of %s well:"
                  + " the best have an RMS error of %.3f floors for %s")
              .formatted(
                  LARGEST_DEGREE,
                  format.label(),
                  activation.name(),
                  best.ratio(0),
                  USUAL.description()));
    }
    return new CoefficientSet(name, activation, best.left().piece(), best.right().piece());
  }

  private Form form(Branch branch, int degree) {
    if (branch == Branch.LEFT) {
      double centre = 0.5 * InvertedDerivative.leftCentre(activation);
      return new RootPolynomial(degree, centre, Double.POSITIVE_INFINITY);
    }
    // A quarter of the last place of a number just below 1.
    double cutoff =
        InvertedDerivative.cutoff(activation, StrictMath.scalb(1.0, -format.precision() - 2));
    return new RootPolynomial(degree, InvertedDerivative.rightCentre(cutoff), cutoff);
  }

  /** Measures a piece as a runtime decodes with it. */
  private Candidate candidate(Piece piece) {
    FloatApproximant q = FloatApproximant.of(piece.approximant().approximant());
    Branch branch = piece.approximant().branch();
    double[] excess = new double[GOALS.size()];
    for (int goal = 0; goal < excess.length; goal++) {
      CompensatedSum squares = new CompensatedSum();
      for (OutputClasses.OutputClass each : seen.get(goal).classes()) {
        if (each.branch() == branch) {
          boolean isEnd = branch == Branch.LEFT && each.y() >= 0;
          double error = (isEnd ? 0.0 : q.value(lift.of((float) each.y()))) - each.mean();
          squares.add(each.weight() * error * error);
        }
      }
      double floor = seen.get(goal).floorRms();
      excess[goal] = squares.value() / (floor * floor);
    }
    return new Candidate(piece, excess);
  }
}
