package invact.fit.internal.rounding;

import invact.fit.FitException;
import invact.form.internal.Form;
import invact.numeric.Dtype;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * Joint rounding of a form's coefficients to a dtype by a lattice search: the roundings cancel in
 * q, where coefficients rounded one by one add theirs up.
 *
 * <p>Rounded coefficients are cⱼ = zⱼ·2^eⱼ with integers zⱼ and the exponents eⱼ of the last bits.
 * Their errors at samples are the unrounded coefficients' errors plus a point of the lattice that
 * the vectors (wᵢ·∂q/∂cⱼ(uᵢ)·2^eⱼ)ᵢ span, to first order in the roundings; exactly, if the form is
 * linear. The search [1] reduces the lattice, visits points near the unrounded coefficients, and
 * moves the best of them by short lattice vectors until no move improves it. The caller's measure
 * says what is better, such as the largest error in the arithmetic of use.
 *
 * <p>[1] N. Brisebarre, S. Chevillard (2007), <i>Efficient polynomial L∞-approximations</i>,
 * ARITH-18, 169–176.
 */
public final class CoefficientRounding {
  /** Lattice points tried near the target. */
  private static final int VISITS = 200_000;

  /** Of those, how many are measured. */
  private static final int FINALISTS = 24;

  /** Limit of the moves: from coefficients far from the best there are thousands. */
  private static final int MAX_SWEEPS = 500;

  /**
   * Coefficients within this fraction above a power of two are given the finer steps of the numbers
   * below it. Lattice points above the power that are no numbers of the dtype are left out.
   */
  private static final double MARGIN = 0x1p-4;

  /**
   * The finest step is this many powers of two below that of the largest coefficient: with finer
   * ones, integers zⱼ would overflow.
   */
  private static final int RANGE = 20;

  private final Dtype dtype;

  /**
   * Coefficients rounded to a dtype.
   *
   * @param coefficients numbers of the dtype
   * @param measure their measure
   * @param plainMeasure the measure of the coefficients rounded one by one, not below {@code
   *     measure}
   */
  public record Rounded(double[] coefficients, double measure, double plainMeasure) {
    /** Copies the coefficients. */
    public Rounded {
      coefficients = coefficients.clone();
    }

    /** A copy of the coefficients. */
    @Override
    public double[] coefficients() {
      return coefficients.clone();
    }
  }

  /**
   * A rounding to one dtype.
   *
   * @param dtype the dtype
   */
  public CoefficientRounding(Dtype dtype) {
    this.dtype = dtype;
  }

  /**
   * Rounds the coefficients of one approximant.
   *
   * @param form the form
   * @param coefficients those of the best approximant, or one near it
   * @param samples where the errors are taken; more of them than coefficients
   * @param measure how bad coefficients of the dtype are, such as the largest error; it orders the
   *     results, and is called some thousand times
   * @return the best coefficients found, at least as good as the plainly rounded ones
   * @throws FitException if a coefficient overflows
   * @throws IllegalArgumentException if there are too few samples
   */
  public Rounded round(
      Form form, double[] coefficients, ErrorSamples samples, ToDoubleFunction<double[]> measure) {
    double[] plain = plain(coefficients);
    if (samples.count() <= plain.length) {
      throw new IllegalArgumentException(
          samples.count() + " samples do not tell " + plain.length + " coefficients apart");
    }
    Search search = new Search(form, coefficients, samples, measure, plain);
    double plainMeasure = search.bestMeasure;
    search.run(exponents(coefficients));
    return new Rounded(search.best, search.bestMeasure, plainMeasure);
  }

  /**
   * Coefficients rounded one by one.
   *
   * @param coefficients any numbers
   * @return the numbers of the dtype nearest to them
   * @throws FitException if one overflows
   */
  public double[] plain(double[] coefficients) {
    double[] rounded = new double[coefficients.length];
    for (int j = 0; j < rounded.length; j++) {
      rounded[j] = dtype.round(coefficients[j]);
      if (!Double.isFinite(rounded[j])) {
        throw new FitException(
            "coefficient " + j + " is too large for " + dtype.label() + ": " + coefficients[j]);
      }
    }
    return rounded;
  }

  /** The exponents of the last bits that the dtype gives to each number. */
  private int[] exponents(double[] coefficients) {
    int least = dtype.leastExponent();
    for (double coefficient : coefficients) {
      least = StrictMath.max(least, StrictMath.getExponent(coefficient) - RANGE);
    }
    int[] exponents = new int[coefficients.length];
    for (int j = 0; j < exponents.length; j++) {
      int exponent = StrictMath.getExponent((1 - MARGIN) * coefficients[j]);
      exponents[j] = StrictMath.max(exponent, least) - dtype.precision() + 1;
    }
    return exponents;
  }

  /** A search that keeps the best coefficients it has met. */
  private final class Search {
    private final Form form;
    private final double[] unrounded;
    private final ErrorSamples samples;
    private final ToDoubleFunction<double[]> measure;
    private double[] best;
    private double bestMeasure;

    Search(
        Form form,
        double[] unrounded,
        ErrorSamples samples,
        ToDoubleFunction<double[]> measure,
        double[] plain) {
      this.form = form;
      this.unrounded = unrounded;
      this.samples = samples;
      this.measure = measure;
      best = plain;
      bestMeasure = measure.applyAsDouble(plain);
    }

    void run(int[] exponents) {
      int n = exponents.length;
      int m = samples.count();
      double[][] vectors = new double[m][n];
      double[] errors = new double[m];
      double[] gradient = new double[n];
      for (int i = 0; i < m; i++) {
        double u = samples.height()[i];
        double w = samples.weight()[i];
        form.gradient(u, unrounded, gradient);
        errors[i] = w * (form.value(u, unrounded) - samples.value()[i]);
        for (int j = 0; j < n; j++) {
          vectors[i][j] = w * gradient[j] * StrictMath.scalb(1.0, exponents[j]);
        }
      }
      // The triangular factor holds the same lengths and angles in n dimensions.
      RealMatrix r = new QRDecomposition(new Array2DRowRealMatrix(vectors)).getR();
      double[][] spanning = new double[n][n];
      double[] target = new double[n];
      double[] scaled = new double[n];
      for (int j = 0; j < n; j++) {
        scaled[j] = StrictMath.scalb(unrounded[j], -exponents[j]);
        for (int i = 0; i <= j; i++) {
          spanning[j][i] = r.getEntry(i, j);
          target[i] += scaled[j] * spanning[j][i];
        }
      }
      Lattice lattice = new Lattice(spanning);
      Finalists finalists = new Finalists(vectors, errors, scaled);
      lattice.visitNearest(target, VISITS, finalists);
      for (long[] point : finalists.points()) {
        consider(coefficients(point, exponents));
      }
      descend(lattice, exponents);
    }

    /** Keeps coefficients if they are numbers of the dtype and better. */
    private boolean consider(Optional<double[]> numbers) {
      if (numbers.isEmpty()) {
        return false;
      }
      double[] coefficients = numbers.get();
      double measured = measure.applyAsDouble(coefficients);
      if (!(measured < bestMeasure)) {
        return false;
      }
      best = coefficients;
      bestMeasure = measured;
      return true;
    }

    /** The numbers of the dtype; nothing if one of them needs another exponent. */
    private Optional<double[]> coefficients(long[] point, int[] exponents) {
      double[] coefficients = new double[point.length];
      for (int j = 0; j < coefficients.length; j++) {
        coefficients[j] = StrictMath.scalb((double) point[j], exponents[j]);
        if (dtype.round(coefficients[j]) != coefficients[j]) {
          return Optional.empty();
        }
      }
      return Optional.of(coefficients);
    }

    /** Moves the best by short lattice vectors, and by sums and differences of two of them. */
    private void descend(Lattice lattice, int[] exponents) {
      int n = exponents.length;
      boolean moved = true;
      for (int sweep = 0; moved && sweep < MAX_SWEEPS; sweep++) {
        moved = false;
        for (int i = 0; i < n; i++) {
          for (int j = 0; j <= i; j++) {
            for (int signs = 0; signs < 4; signs++) {
              long first = (signs & 1) == 0 ? 1 : -1;
              long second = j == i ? 0 : (signs & 2) == 0 ? 1 : -1;
              moved |= consider(moved(lattice.step(i), first, lattice.step(j), second, exponents));
            }
          }
        }
      }
    }

    private Optional<double[]> moved(long[] a, long first, long[] b, long second, int[] exponents) {
      double[] coefficients = new double[a.length];
      for (int j = 0; j < a.length; j++) {
        coefficients[j] =
            best[j] + StrictMath.scalb((double) (first * a[j] + second * b[j]), exponents[j]);
        if (dtype.round(coefficients[j]) != coefficients[j]) {
          return Optional.empty();
        }
      }
      return Optional.of(coefficients);
    }
  }

  /** The lattice points of least largest error, to first order. */
  private static final class Finalists implements Lattice.Visitor {
    private final double[][] vectors;
    private final double[] errors;
    private final double[] unrounded;
    private final long[][] points = new long[FINALISTS][];
    private final double[] largest = new double[FINALISTS];
    private int count;

    Finalists(double[][] vectors, double[] errors, double[] unrounded) {
      this.vectors = vectors;
      this.errors = errors;
      this.unrounded = unrounded;
    }

    @Override
    public void visit(long[] point) {
      double worst = count < FINALISTS ? Double.POSITIVE_INFINITY : largest[FINALISTS - 1];
      double error = largestError(point, worst);
      if (error < worst) {
        int place = count < FINALISTS ? count++ : FINALISTS - 1;
        while (place > 0 && largest[place - 1] > error) {
          largest[place] = largest[place - 1];
          points[place] = points[place - 1];
          place--;
        }
        largest[place] = error;
        points[place] = point.clone();
      }
    }

    /** The largest error, or any number not below the bound if it is not below. */
    private double largestError(long[] point, double bound) {
      double found = 0;
      for (int i = 0; i < vectors.length; i++) {
        double error = errors[i];
        for (int j = 0; j < point.length; j++) {
          error += vectors[i][j] * (point[j] - unrounded[j]);
        }
        found = StrictMath.max(found, StrictMath.abs(error));
        if (found >= bound) {
          break;
        }
      }
      return found;
    }

    long[][] points() {
      return Arrays.copyOf(points, count);
    }
  }
}
