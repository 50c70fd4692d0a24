package invact.fit.internal.selection;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchCoefficients;
import invact.fit.FitException;
import invact.fit.internal.conditional.ConditionalMeanFitter;
import invact.fit.internal.minimax.InvertedDerivative;
import invact.form.internal.FloatApproximant;
import invact.form.internal.Form;
import invact.form.internal.RootPolynomial;
import invact.internal.program.Cost;
import invact.numeric.Dtype;
import invact.numeric.internal.CompensatedSum;
import invact.sampling.Density;
import invact.sampling.internal.Densities;
import invact.sampling.internal.QuantizationCells;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cheapest polynomials in the root that decode a 16-bit format nearly as well as anything can.
 *
 * <p>Every degree of either branch is fitted to the conditional mean ({@link
 * ConditionalMeanFitter}). The squared error of both branches together is that of the floor and
 * what each branch adds to it; the pair of least cost is taken that is nearly as good as any for
 * inputs of three scales.
 */
final class PolynomialSearch {
  /** The largest RMS error for each judge, in those that the best degrees have. */
  private static final double SLACK = 1.02;

  /** The largest RMS error for usual inputs, in floors. */
  private static final double PROMISE = 1.05;

  private static final int LEAST_DEGREE = 4;

  /** Beyond it what cancels in fp32 outgrows what a degree adds. */
  private static final int LARGEST_DEGREE = 16;

  /** A polynomial, and what it adds to the squared floor for each judge, in squared floors. */
  private record Candidate(BranchCoefficients piece, double[] excess) {
    Form form() {
      return piece.approximant().approximant().form();
    }
  }

  /** Both branches. */
  private record Pair(Candidate left, Candidate right) {
    /** The RMS error for one judge, in floors. */
    double ratio(int judge) {
      return StrictMath.sqrt(1 + left.excess[judge] + right.excess[judge]);
    }

    /** 1 if the ratios are at most these, else the largest part by which one is above. */
    double excess(double[] ratios) {
      double excess = 1;
      for (int judge = 0; judge < ratios.length; judge++) {
        excess = StrictMath.max(excess, ratio(judge) / ratios[judge]);
      }
      return excess;
    }

    int slots() {
      return Cost.backward(left.form().cost(), right.form().cost()).slots();
    }
  }

  private final Activation activation;
  private final Dtype format;
  private final RoundedHeight lift;
  private final List<QuantizationCells> seen = new ArrayList<>();

  PolynomialSearch(Activation activation, Dtype format) {
    this.activation = activation;
    this.format = format;
    lift = RoundedHeight.of(activation, format);
    for (Density judge : Densities.SCALES) {
      seen.add(QuantizationCells.of(activation, format, judge));
    }
  }

  /**
   * The set.
   *
   * @throws FitException if no pair of degrees keeps the promise
   * @throws IllegalArgumentException if the format has fewer outputs on a branch than coefficients
   */
  CoefficientSet fit(String name) {
    Density density = Densities.wide(activation);
    ConditionalMeanFitter fitter = new ConditionalMeanFitter(format, density);
    QuantizationCells classes = QuantizationCells.of(activation, format, density);
    Map<Branch, List<Candidate>> candidates = new EnumMap<>(Branch.class);
    for (Branch branch : Branch.values()) {
      List<Candidate> its = new ArrayList<>();
      for (int degree = LEAST_DEGREE; degree <= LARGEST_DEGREE; degree++) {
        its.add(candidate(fitter.fit(activation, branch, form(branch, degree), classes)));
      }
      candidates.put(branch, its);
    }
    List<Pair> pairs =
        candidates.get(Branch.LEFT).stream()
            .flatMap(l -> candidates.get(Branch.RIGHT).stream().map(r -> new Pair(l, r)))
            .toList();
    double[] largest = new double[Densities.SCALES.size()];
    for (int judge = 0; judge < largest.length; judge++) {
      int j = judge;
      largest[j] = SLACK * pairs.stream().mapToDouble(pair -> pair.ratio(j)).min().orElseThrow();
    }
    Pair best =
        pairs.stream()
            .min(
                Comparator.<Pair>comparingDouble(pair -> pair.excess(largest))
                    .thenComparingInt(Pair::slots)
                    .thenComparingDouble(pair -> pair.ratio(0)))
            .orElseThrow();
    if (best.ratio(0) > PROMISE) {
      throw new FitException(
          ("no polynomials up to degree %d decode %s of %s well:"
                  + " the best have an RMS error of %.3f floors for %s")
              .formatted(
                  LARGEST_DEGREE,
                  format.label(),
                  activation.name(),
                  best.ratio(0),
                  Densities.USUAL.description()));
    }
    return new CoefficientSet(
        name, activation, Optional.of(format), best.left().piece(), best.right().piece());
  }

  private Form form(Branch branch, int degree) {
    if (branch == Branch.LEFT) {
      double centre = 0.5 * InvertedDerivative.leftCentre(activation);
      return new RootPolynomial(degree, centre, Double.POSITIVE_INFINITY);
    }
    // A quarter of the last place of a number just below 1.
    double cutoff =
        InvertedDerivative.cutoff(activation, StrictMath.scalb(1.0, -format.precision() - 2));
    return new RootPolynomial(degree, InvertedDerivative.rightCentre(activation, cutoff), cutoff);
  }

  /** Measures a piece as a runtime decodes with it. */
  private Candidate candidate(BranchCoefficients piece) {
    FloatApproximant q = FloatApproximant.of(piece.approximant().approximant());
    Branch branch = piece.approximant().branch();
    double[] excess = new double[Densities.SCALES.size()];
    for (int judge = 0; judge < excess.length; judge++) {
      CompensatedSum squares = new CompensatedSum();
      for (QuantizationCells.OutputClass each : seen.get(judge).classes()) {
        if (each.branch() == branch) {
          boolean isEnd = branch == Branch.LEFT && each.y() >= 0;
          double error = (isEnd ? 0.0 : q.value(lift.of((float) each.y()))) - each.mean();
          squares.add(each.weight() * error * error);
        }
      }
      double floor = seen.get(judge).floorRms();
      excess[judge] = squares.value() / (floor * floor);
    }
    return new Candidate(piece, excess);
  }
}
