package invact.fit.internal.data;

import invact.fit.CurveModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a {@link DataProblem}.
 *
 * @param problem the problem
 * @param values all parameters
 * @param free the indices of the parameters that were fitted: neither fixed nor at a bound
 * @param atBound the indices of the parameters that ended at a bound
 * @param curve the fit in the free parameters, by their values
 * @param evaluations how often the model was computed at all points from this start
 * @param starts how many starts there were
 * @param agreeing how many of them ended here
 * @param failed how many of them led nowhere
 */
public record DataFit(
    DataProblem problem,
    double[] values,
    List<Integer> free,
    List<Integer> atBound,
    CurveModel.Fit curve,
    int evaluations,
    int starts,
    int agreeing,
    int failed) {

  /**
   * Two parameters and their correlation.
   *
   * @param first a name
   * @param second another
   * @param value in [−1, 1]
   */
  public record Correlation(String first, String second, double value) {}

  /**
   * The points of positive weight.
   *
   * @return their number n
   */
  public int points() {
    return problem.points();
  }

  /**
   * The sum of squares.
   *
   * @return S = Σ wᵢ (yᵢ − m(xᵢ))²
   */
  public double sumOfSquares() {
    return curve.sumOfSquares();
  }

  /**
   * The variance of a point of weight 1, as the residuals have it.
   *
   * @return S/(n − k), k parameters being free; NaN if n = k
   */
  public double reducedSumOfSquares() {
    int freedom = points() - free.size();
    return freedom > 0 ? sumOfSquares() / freedom : Double.NaN;
  }

  /**
   * The part of the ordinates' variation that the model explains.
   *
   * @return R² = 1 − S/Σ wᵢ (yᵢ − ȳ)², ȳ being the weighted mean; NaN if all ordinates are equal
   */
  public double rSquared() {
    double total = problem.totalSumOfSquares();
    return total > 0 ? 1 - sumOfSquares() / total : Double.NaN;
  }

  /**
   * Akaike's criterion.
   *
   * @return n·ln(S/n) + 2k
   */
  public double akaike() {
    return logLikelihood() + 2 * free.size();
  }

  /**
   * The Bayesian criterion.
   *
   * @return n·ln(S/n) + k·ln(n)
   */
  public double bayes() {
    return logLikelihood() + free.size() * StrictMath.log(points());
  }

  private double logLikelihood() {
    return points() * StrictMath.log(sumOfSquares() / points());
  }

  /**
   * The standard error of a parameter.
   *
   * @param parameter its index
   * @return the error; NaN where there is no freedom to estimate it; nothing for a parameter that
   *     is fixed or at a bound
   */
  public Optional<Double> standardError(int parameter) {
    int j = free.indexOf(parameter);
    return j < 0 ? Optional.empty() : Optional.of(curve.standardErrors()[j]);
  }

  /**
   * The correlations of the free parameters.
   *
   * @return one for each pair, the strongest first
   */
  public List<Correlation> correlations() {
    double[][] covariance = curve.covariance();
    double[] errors = curve.standardErrors();
    List<Correlation> correlations = new ArrayList<>();
    for (int j = 0; j < errors.length; j++) {
      for (int l = j + 1; l < errors.length; l++) {
        correlations.add(
            new Correlation(name(j), name(l), covariance[j][l] / errors[j] / errors[l]));
      }
    }
    correlations.sort(Comparator.comparingDouble(each -> -StrictMath.abs(each.value())));
    return correlations;
  }

  private String name(int freeIndex) {
    return problem.parameters().get(free.get(freeIndex)).name();
  }

  /**
   * The model at a point.
   *
   * @param x where
   * @return m(x)
   */
  public double value(double x) {
    return problem.model().value(x, values);
  }
}
