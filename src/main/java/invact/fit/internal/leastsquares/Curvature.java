package invact.fit.internal.leastsquares;

import java.util.Optional;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.util.Pair;

/**
 * Whether S has a minimum where its gradient vanishes, told by its second derivatives.
 *
 * <p>½·∂²S = JᵀJ + Σ rᵢ·∂²mᵢ is found from central differences of Jᵀr, in units in which each
 * column of J has unit length. Its least eigenvalue is at most 1; one below −{@value #TOLERANCE} is
 * a direction in which S falls on both sides. The differences are exact to some 10⁻⁷.
 */
public final class Curvature {
  private static final double TOLERANCE = 1e-5;

  /**
   * The least eigenvalue by differences forward above which the point is a minimum: over one step,
   * which changes the residuals by a thousandth, S would have to lose half of its curvature.
   */
  private static final double CLEAR = 0.5;

  /** The step of the differences, which changes a residual by this fraction of their length. */
  private static final double STEP = 1e-3;

  /** The least step, relative to the parameter. */
  private static final double LEAST_STEP = 1e-6;

  /** Residuals this short beside the data bend S too little to matter. */
  private static final double NEGLIGIBLE = 1e-8;

  /**
   * The first step away from a point that is no minimum, as a fraction of the residuals' length.
   */
  private static final double FIRST_STEP = 0.01;

  private static final int MAX_DOUBLINGS = 60;

  private final WeightedResiduals residuals;

  public Curvature(WeightedResiduals residuals) {
    this.residuals = residuals;
  }

  /**
   * A direction along which S falls from a stationary point.
   *
   * @param point where the gradient of S vanishes
   * @param tangents of J there
   * @param length of the residuals there
   * @return the direction, J times which is about one unit long; nothing at a minimum
   */
  public Optional<RealVector> falling(RealVector point, TangentSpace tangents, double length) {
    if (length <= NEGLIGIBLE * Math.sqrt(residuals.sumOfSquaresOfData())) {
      return Optional.empty();
    }
    // Half of the evaluations tell a clear minimum, which most stationary points are.
    Optional<EigenDecomposition> screen = curvature(point, tangents, length, false);
    if (screen.isEmpty() || leastEigenvalue(screen.get()) >= CLEAR) {
      return Optional.empty();
    }
    Optional<EigenDecomposition> found = curvature(point, tangents, length, true);
    if (found.isEmpty() || leastEigenvalue(found.get()) >= -TOLERANCE) {
      return Optional.empty();
    }
    EigenDecomposition eigen = found.get();
    int least = new ArrayRealVector(eigen.getRealEigenvalues(), false).getMinIndex();
    RealVector direction = eigen.getEigenvector(least);
    for (int j = 0; j < point.getDimension(); j++) {
      direction.setEntry(j, direction.getEntry(j) / tangents.columnLength(j));
    }
    return Optional.of(direction);
  }

  private static double leastEigenvalue(EigenDecomposition eigen) {
    return new ArrayRealVector(eigen.getRealEigenvalues(), false).getMinValue();
  }

  /**
   * ½·∂²S by differences, in units of J's columns.
   *
   * @param isCentral whether the differences are central; forward ones take half of the evaluations
   * @return nothing at the edge of the model's domain, across which nothing can be told
   */
  private Optional<EigenDecomposition> curvature(
      RealVector point, TangentSpace tangents, double length, boolean isCentral) {
    int k = point.getDimension();
    double[][] half = new double[k][k];
    RealVector gradient = gradient(point);
    for (int j = 0; j < k; j++) {
      double unit = tangents.columnLength(j);
      double step = Math.max(STEP * length / unit, LEAST_STEP * Math.abs(point.getEntry(j)));
      RealVector after = point.copy();
      after.addToEntry(j, step);
      RealVector before = point.copy();
      before.addToEntry(j, isCentral ? -step : 0);
      RealVector change = gradient(after).subtract(isCentral ? gradient(before) : gradient);
      double width = (after.getEntry(j) - before.getEntry(j)) * unit;
      for (int l = 0; l < k; l++) {
        double element = 0.5 * change.getEntry(l) / (width * tangents.columnLength(l));
        half[j][l] += element;
        half[l][j] += element;
      }
    }
    for (double[] row : half) {
      for (double element : row) {
        if (!Double.isFinite(element)) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new EigenDecomposition(new Array2DRowRealMatrix(half, false)));
  }

  /**
   * The lowest point met by ever longer steps both ways.
   *
   * @return the point; nothing if S falls neither way
   */
  public Optional<RealVector> lower(RealVector point, RealVector direction, double length) {
    double lowest = sumOfSquares(point);
    RealVector found = null;
    for (int sign : new int[] {1, -1}) {
      double last = Double.POSITIVE_INFINITY;
      double step = sign * FIRST_STEP * length;
      for (int doubling = 0; doubling < MAX_DOUBLINGS; doubling++) {
        RealVector next = point.add(direction.mapMultiply(step));
        double there = sumOfSquares(next);
        if (!(there < last)) {
          break;
        }
        last = there;
        if (there < lowest) {
          lowest = there;
          found = next;
        }
        step *= 2;
      }
    }
    return Optional.ofNullable(found);
  }

  private double sumOfSquares(RealVector point) {
    return residuals.sumOfSquares(residuals.parameters(point));
  }

  /** Jᵀr: from the rotated J and r, of which the last row is not J's. */
  private RealVector gradient(RealVector point) {
    Pair<RealVector, RealMatrix> rotated = residuals.value(point);
    return new ArrayRealVector(rotated.getSecond().preMultiply(rotated.getFirst()));
  }
}
