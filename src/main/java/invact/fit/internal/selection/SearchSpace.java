package invact.fit.internal.selection;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.internal.PublishedCoefficients;
import invact.fit.internal.PaperForms;
import invact.fit.internal.minimax.InvertedDerivative;
import invact.form.internal.Form;
import invact.form.internal.RootExponential;
import invact.form.internal.RootPolynomial;
import invact.form.internal.RootRational;
import invact.form.internal.SegmentedPolynomial;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The candidates for a branch: all families of forms, over degrees, centres and cut-offs.
 *
 * <p>On the right branch a cut-off leaves the error |f′ − 1| beyond it. A larger cut-off leaves a
 * smaller error and more to approximate. Each form is tried with cut-offs for errors from 10⁻²
 * down, since the best one depends on the error that the form can reach. Powers are taken about 0,
 * which saves an instruction, and about centres that keep a form's digits in fp32.
 */
public final class SearchSpace {
  private static final double NONE = Double.POSITIVE_INFINITY;

  /** The largest error left beyond a cut-off, and the decades below it; 16-bit dtypes: 10⁻⁴. */
  private static final double LARGEST_TAIL = 1e-2;

  private static final int DECADES = 5;
  private static final int HALF_DECADES = 2;

  /** Cut-offs for each decade; forms that take long to fit have every other one. */
  private static final int PER_DECADE = 4;

  private static final int MAX_POLYNOMIAL = 22;
  private static final int MAX_RATIONAL = 8;

  /** Best rationals of other shapes are hardly ever better at the same cost. */
  private static final int MAX_DEGREE_DIFFERENCE = 2;

  private static final int MAX_EXPONENTIAL = 10;
  private static final int MAX_SEGMENTS = 8;
  private static final int MAX_SEGMENT_DEGREE = 6;

  private final SearchProblem problem;
  private final Activation activation;
  private final List<Candidate> candidates = new ArrayList<>();

  private SearchSpace(SearchProblem problem) {
    this.problem = problem;
    activation = problem.activation();
  }

  /**
   * All candidates for a problem.
   *
   * @param problem the problem
   * @return the candidates, without repetition, the paper's first
   */
  public static List<Candidate> of(SearchProblem problem) {
    SearchSpace space = new SearchSpace(problem);
    space.addPaper();
    if (problem.branch() == Branch.LEFT) {
      space.addLeft();
    } else {
      space.addRight();
    }
    return List.copyOf(space.candidates);
  }

  private boolean isHalf() {
    return problem.dtype().isHalf();
  }

  /** As published, for least largest error, and as a 16-bit dtype wants them. */
  private void addPaper() {
    PublishedCoefficients.of(activation)
        .map(set -> set.branch(problem.branch()).approximant())
        .ifPresent(published ->
            candidates.add(
                new Candidate(
                    published.approximant().form(), published.target(), Method.PUBLISHED)));
    Form form = PaperForms.of(activation, problem.branch());
    candidates.add(new Candidate(form, Target.DERIVATIVE, Method.MINIMAX));
    if (isHalf()) {
      add(form);
    }
  }

  private void add(Form form) {
    candidates.add(
        new Candidate(
            form, Target.DERIVATIVE, isHalf() ? Method.CONDITIONAL_MEAN : Method.MINIMAX));
  }

  /** The middle of the range, and for rationals its far end, where they have poles and zeros. */
  private void addLeft() {
    double far = InvertedDerivative.leftCentre(activation);
    addPolynomials(new double[] {0, 0.5 * far}, NONE);
    addRationals(new double[] {0, far}, NONE);
    addSegmented(NONE);
  }

  private void addRight() {
    Set<Double> tried = new HashSet<>();
    Set<Double> segmented = new HashSet<>();
    int last = PER_DECADE * (isHalf() ? HALF_DECADES : DECADES);
    for (int k = 0; k <= last; k++) {
      boolean coarse = k % 2 == 0;
      if (!coarse && isHalf()) {
        continue;
      }
      double tail = LARGEST_TAIL * StrictMath.pow(10, -(double) k / PER_DECADE);
      double cutoff = InvertedDerivative.cutoff(activation, tail);
      if (tried.add(cutoff)) {
        double middle = InvertedDerivative.rightCentre(activation, cutoff);
        addPolynomials(new double[] {0, middle}, cutoff);
        addRationals(new double[] {0, 0.5 * middle, middle}, cutoff);
      }
      if (coarse && segmented.add(cutoff)) {
        addSegmented(cutoff);
      }
    }
    for (RootExponential.Decay decay : RootExponential.Decay.values()) {
      for (int degree = 0; degree <= MAX_EXPONENTIAL; degree++) {
        add(new RootExponential(degree, decay));
      }
    }
  }

  private void addPolynomials(double[] centres, double cutoff) {
    for (double centre : centres) {
      for (int degree = 1; degree <= MAX_POLYNOMIAL; degree++) {
        add(new RootPolynomial(degree, centre, cutoff));
      }
    }
  }

  private void addRationals(double[] centres, double cutoff) {
    for (double centre : centres) {
      for (int m = 1; m <= MAX_RATIONAL; m++) {
        for (int n = 1; n <= MAX_RATIONAL; n++) {
          if (StrictMath.abs(m - n) <= MAX_DEGREE_DIFFERENCE) {
            add(new RootRational(m, n, centre, cutoff));
          }
        }
      }
    }
  }

  private void addSegmented(double cutoff) {
    for (int segments = 2; segments <= MAX_SEGMENTS; segments++) {
      for (int degree = 1; degree <= MAX_SEGMENT_DEGREE; degree++) {
        add(new SegmentedPolynomial(segments, degree, cutoff));
      }
    }
  }
}
