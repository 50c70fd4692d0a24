package invact.fit.internal.rounding;

import invact.form.internal.Form;
import invact.numeric.Dtype;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * Rounds the coefficients of a form to a format together, so that their roundings cancel in q where
 * those of each for itself add up.
 *
 * <p>With eⱼ the exponents of the last bits, cⱼ = zⱼ·2^eⱼ for integers zⱼ. The errors at samples
 * are then, to first order in the roundings (exactly, if the form is linear), those of the
 * unrounded coefficients and a point of the lattice spanned by the vectors (wᵢ·∂q/∂cⱼ(uᵢ)·2^eⱼ)ᵢ.
 * The lattice is reduced, points near the unrounded coefficients are tried (N. Brisebarre and S.
 * Chevillard, "Efficient polynomial L∞-approximations", ARITH-18 (2007) 169–176), and the best is
 * moved by short lattice vectors as long as that makes it better.
 *
 * <p>Points are compared by a measure of the caller's, such as the largest error in the arithmetic
 * of use.
 */
public final class CoefficientRounding {
  /** Lattice points tried near the target. */
  private static final int VISITS = 200_000;

  /** Of those, how many are measured. */
  private static final int FINALISTS = 24;

  /** From unrounded coefficients that are not best, short steps would lead on and on. */
  private static final int MAX_SWEEPS = 500;

  /**
   * Numbers that far above a power of two may come below it, where the format has finer steps; on
   * the far side some points of the lattice then are no numbers of the format, and left out.
   */
  private static final double MARGIN = 0x1p-4;

  /**
   * So many powers of two below the largest coefficient others are given no finer steps, whatever
   * the format has: all its steps down to the least number would not fit into the integers.
   */
  private static final int RANGE = 20;

  private final Dtype format;

  /**
   * Coefficients rounded to a format.
   *
   * @param coefficients numbers of the format
   * @param measure their measure
   * @param plainMeasure the measure of the coefficients rounded each for itself, not below {@code
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
   * A rounding to one format.
   *
   * @param format the format
   */
  public CoefficientRounding(Dtype format) {
    this.format = format;
  }

  /**
   * Rounds the coefficients of one approximant.
   *
   * @param form the form
   * @param coefficients those of the best approximant, or one near it
   * @param samples where the errors are taken; more of them than coefficients
   * @param measure how bad coefficients of the format are, such as the largest error; it orders the
   *     results, and is called some thousand times
   * @return the best coefficients found, at least as good as the plainly rounded ones
   * @throws IllegalArgumentException if a coefficient overflows, or there are too few samples
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
   * Each coefficient rounded for itself.
   *
   * @param coefficients any numbers
   * @return the numbers of the format nearest to them
   * @throws IllegalArgumentException if one overflows
   */
  public double[] plain(double[] coefficients) {
    double[] rounded = new double[coefficients.length];
    for (int j = 0; j < rounded.length; j++) {
      rounded[j] = format.round(coefficients[j]);
      if (!Double.isFinite(rounded[j])) {
        throw new IllegalArgumentException(
            "coefficient " + j + " is too large for " + format.label() + ": " + coefficients[j]);
      }
    }
    return rounded;
  }

  /** The exponents of the last bits that the format gives to each number. */
  private int[] exponents(double[] coefficients) {
    int least = format.leastExponent();
    for (double coefficient : coefficients) {
      least = StrictMath.max(least, StrictMath.getExponent(coefficient) - RANGE);
    }
    int[] exponents = new int[coefficients.length];
    for (int j = 0; j < exponents.length; j++) {
      int exponent = StrictMath.getExponent((1 - MARGIN) * coefficients[j]);
      exponents[j] = StrictMath.max(exponent, least) - format.precision() + 1;
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
        double u = samples.lift()[i];
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

    /** Keeps coefficients if they are numbers of the format and better. */
    private boolean consider(double[] coefficients) {
      if (coefficients == null) {
        return false;
      }
      double measured = measure.applyAsDouble(coefficients);
      if (!(measured < bestMeasure)) {
        return false;
      }
      best = coefficients;
      bestMeasure = measured;
      return true;
    }

    /** The numbers of the format, or null if one of them needs another exponent. */
    private double[] coefficients(long[] point, int[] exponents) {
      double[] coefficients = new double[point.length];
      for (int j = 0; j < coefficients.length; j++) {
        coefficients[j] = StrictMath.scalb((double) point[j], exponents[j]);
        if (format.round(coefficients[j]) != coefficients[j]) {
          return null;
        }
      }
      return coefficients;
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

    private double[] moved(long[] a, long first, long[] b, long second, int[] exponents) {
      double[] coefficients = new double[a.length];
      for (int j = 0; j < a.length; j++) {
        coefficients[j] =
            best[j] + StrictMath.scalb((double) (first * a[j] + second * b[j]), exponents[j]);
        if (format.round(coefficients[j]) != coefficients[j]) {
          return null;
        }
      }
      return coefficients;
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
