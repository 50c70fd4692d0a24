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
 * The cheapest polynomials in the root whose RMS error in a 16-bit dtype is nearly the irreducible
 * one.
 *
 * <p>Every degree of either branch is fitted to the conditional mean ({@link
 * ConditionalMeanFitter}). The squared error of both branches together is the squared irreducible
 * error and what each branch adds to it. Of the pairs of degrees that are nearly as good as any for
 * inputs of three scales ({@link Densities#SCALES}, the judges) the cheapest is taken.
 */
final class PolynomialSearch {
  /** The largest RMS error for each judge, in RMS errors of the best pair. */
  private static final double SLACK = 1.02;

  /** The largest RMS error for usual inputs, in irreducible errors. */
  private static final double PROMISE = 1.05;

  private static final int LEAST_DEGREE = 4;

  /** Beyond it cancellation in fp32 outgrows the gain of another degree. */
  private static final int LARGEST_DEGREE = 16;

  /**
   * Both branches. The errors of each are what it adds to the squared irreducible error for each
   * judge, in squared irreducible errors.
   */
  private record Pair(Fitted left, Fitted right) {
    /** The RMS error for one judge, in irreducible errors. */
    double ratio(int judge) {
      return StrictMath.sqrt(1 + left.errors()[judge] + right.errors()[judge]);
    }

    /** 1 if the ratios are at most these, otherwise the largest factor by which one is above. */
    double excess(double[] ratios) {
      double excess = 1;
      for (int judge = 0; judge < ratios.length; judge++) {
        excess = StrictMath.max(excess, ratio(judge) / ratios[judge]);
      }
      return excess;
    }

    int cost() {
      return Cost.backward(left.form().cost(), right.form().cost()).issueSlots();
    }
  }

  private final Activation activation;
  private final Dtype dtype;
  private final RoundedHeight height;
  private final List<QuantizationCells> seen = new ArrayList<>();

  PolynomialSearch(Activation activation, Dtype dtype) {
    this.activation = activation;
    this.dtype = dtype;
    height = RoundedHeight.of(activation, dtype);
    for (Density judge : Densities.SCALES) {
      seen.add(QuantizationCells.of(activation, dtype, judge));
    }
  }

  /**
   * The set.
   *
   * @throws FitException if no pair of degrees keeps the promise, or the dtype has fewer outputs on
   *     a branch than a polynomial has coefficients
   */
  CoefficientSet fit(String name) {
    Density density = Densities.wide(activation);
    ConditionalMeanFitter fitter = new ConditionalMeanFitter(dtype, density);
    QuantizationCells cells = QuantizationCells.of(activation, dtype, density);
    Map<Branch, List<Fitted>> candidates = new EnumMap<>(Branch.class);
    for (Branch branch : Branch.values()) {
      List<Fitted> its = new ArrayList<>();
      for (int degree = LEAST_DEGREE; degree <= LARGEST_DEGREE; degree++) {
        its.add(judged(fitter.fit(activation, branch, form(branch, degree), cells)));
      }
      candidates.put(branch, its);
    }
    // Of pairs of one cost and excess the front has the first.
    List<Pair> pairs =
        candidates.get(Branch.LEFT).stream()
            .flatMap(l -> candidates.get(Branch.RIGHT).stream().map(r -> new Pair(l, r)))
            .sorted(Comparator.comparingDouble(pair -> pair.ratio(0)))
            .toList();
    double[] largest = new double[Densities.SCALES.size()];
    for (int judge = 0; judge < largest.length; judge++) {
      int j = judge;
      largest[j] = SLACK * pairs.stream().mapToDouble(pair -> pair.ratio(j)).min().orElseThrow();
    }
    Pair best = ParetoFront.of(pairs, Pair::cost, pair -> pair.excess(largest)).getLast();
    if (best.ratio(0) > PROMISE) {
      throw new FitException(
          ("no polynomials up to degree %d decode %s of %s well:"
                  + " the best have %.3f of the irreducible RMS error for %s")
              .formatted(
                  LARGEST_DEGREE,
                  dtype.label(),
                  activation.name(),
                  best.ratio(0),
                  Densities.USUAL.description()));
    }
    return new CoefficientSet(
        name,
        activation,
        Optional.of(dtype),
        best.left().coefficients(),
        best.right().coefficients());
  }

  private Form form(Branch branch, int degree) {
    if (branch == Branch.LEFT) {
      double centre = 0.5 * InvertedDerivative.leftCentre(activation);
      return new RootPolynomial(degree, centre, Double.POSITIVE_INFINITY);
    }
    // A quarter of the last place of a number just below 1.
    double cutoff =
        InvertedDerivative.cutoff(activation, StrictMath.scalb(1.0, -dtype.precision() - 2));
    return new RootPolynomial(degree, InvertedDerivative.rightCentre(activation, cutoff), cutoff);
  }

  /** Measures coefficients as a runtime decodes with them. */
  private Fitted judged(BranchCoefficients coefficients) {
    FloatApproximant q = FloatApproximant.of(coefficients.approximant().approximant());
    Branch branch = coefficients.approximant().branch();
    double[] excess = new double[Densities.SCALES.size()];
    for (int judge = 0; judge < excess.length; judge++) {
      CompensatedSum squares = new CompensatedSum();
      for (QuantizationCells.Cell each : seen.get(judge).cells()) {
        if (each.branch() == branch) {
          boolean isEnd = branch == Branch.LEFT && each.y() >= 0;
          double error = (isEnd ? 0.0 : q.value(height.of((float) each.y()))) - each.mean();
          squares.add(each.weight() * error * error);
        }
      }
      double irreducible = seen.get(judge).irreducibleRms();
      excess[judge] = squares.value() / (irreducible * irreducible);
    }
    return new Fitted(coefficients, excess);
  }
}
