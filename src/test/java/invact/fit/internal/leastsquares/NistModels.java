package invact.fit.internal.leastsquares;

import invact.fit.CurveModel;
import java.util.Map;
import java.util.TreeMap;

/** The models of the NIST problems, each under the name of its data set. */
final class NistModels {
  private NistModels() {}

  @FunctionalInterface
  private interface Value {
    double at(double x, double[] p);
  }

  @FunctionalInterface
  private interface Gradient {
    void at(double x, double[] p, double[] g);
  }

  private record Model(int parameterCount, Value m, Gradient dm) implements CurveModel {
    @Override
    public double value(double x, double[] parameters) {
      return m.at(x, parameters);
    }

    @Override
    public void gradient(double x, double[] parameters, double[] gradient) {
      dm.at(x, parameters, gradient);
    }
  }

  /** Every model, by name in alphabetical order. */
  static Map<String, CurveModel> all() {
    Map<String, CurveModel> models = new TreeMap<>();
    models.put("BoxBOD", saturation());
    models.put("Chwirut2", chwirut2());
    models.put("DanWood", danWood());
    models.put("ENSO", enso());
    models.put("Eckerle4", eckerle4());
    models.put("Gauss1", gauss1());
    models.put("Hahn1", rational(3, 3));
    models.put("Kirby2", rational(2, 2));
    models.put("Lanczos3", exponentials());
    models.put("MGH09", mgh09());
    models.put("MGH17", mgh17());
    models.put("Misra1a", saturation());
    models.put("Rat42", rat42());
    models.put("Thurber", rational(3, 3));
    return models;
  }

  private static double exp(double x) {
    return StrictMath.exp(x);
  }

  /** b1 (1 − exp(−b2 x)). */
  private static CurveModel saturation() {
    return new Model(
        2,
        (x, b) -> -b[0] * StrictMath.expm1(-b[1] * x),
        (x, b, g) -> {
          g[0] = -StrictMath.expm1(-b[1] * x);
          g[1] = b[0] * x * exp(-b[1] * x);
        });
  }

  /** exp(−b1 x) / (b2 + b3 x). */
  private static CurveModel chwirut2() {
    return new Model(
        3,
        (x, b) -> exp(-b[0] * x) / (b[1] + b[2] * x),
        (x, b, g) -> {
          double q = b[1] + b[2] * x;
          double m = exp(-b[0] * x) / q;
          g[0] = -x * m;
          g[1] = -m / q;
          g[2] = -x * m / q;
        });
  }

  /** b1 x^b2. */
  private static CurveModel danWood() {
    return new Model(
        2,
        (x, b) -> b[0] * StrictMath.pow(x, b[1]),
        (x, b, g) -> {
          double power = StrictMath.pow(x, b[1]);
          g[0] = power;
          g[1] = b[0] * power * StrictMath.log(x);
        });
  }

  /** b1 and three waves a cos(2πx/T) + c sin(2πx/T): T = 12, b4 and b7. */
  private static CurveModel enso() {
    return new Model(
        9,
        (x, b) ->
            b[0]
                + b[1] * StrictMath.cos(angle(x, 12))
                + b[2] * StrictMath.sin(angle(x, 12))
                + b[4] * StrictMath.cos(angle(x, b[3]))
                + b[5] * StrictMath.sin(angle(x, b[3]))
                + b[7] * StrictMath.cos(angle(x, b[6]))
                + b[8] * StrictMath.sin(angle(x, b[6])),
        (x, b, g) -> {
          g[0] = 1;
          g[1] = StrictMath.cos(angle(x, 12));
          g[2] = StrictMath.sin(angle(x, 12));
          for (int j = 3; j < 9; j += 3) {
            double angle = angle(x, b[j]);
            g[j + 1] = StrictMath.cos(angle);
            g[j + 2] = StrictMath.sin(angle);
            g[j] = (b[j + 1] * g[j + 2] - b[j + 2] * g[j + 1]) * angle / b[j];
          }
        });
  }

  private static double angle(double x, double period) {
    return 2 * Math.PI * x / period;
  }

  /** (b1/b2) exp(−((x − b3)/b2)²/2). */
  private static CurveModel eckerle4() {
    return new Model(
        3,
        (x, b) -> {
          double z = (x - b[2]) / b[1];
          return b[0] / b[1] * exp(-0.5 * z * z);
        },
        (x, b, g) -> {
          double z = (x - b[2]) / b[1];
          double bell = exp(-0.5 * z * z) / b[1];
          g[0] = bell;
          g[1] = b[0] * bell * (z * z - 1) / b[1];
          g[2] = b[0] * bell * z / b[1];
        });
  }

  /** b1 exp(−b2 x) and two bells b exp(−(x − c)²/d²). */
  private static CurveModel gauss1() {
    return new Model(
        8,
        (x, b) -> b[0] * exp(-b[1] * x) + bell(x, b, 2) + bell(x, b, 5),
        (x, b, g) -> {
          g[0] = exp(-b[1] * x);
          g[1] = -x * b[0] * g[0];
          for (int j = 2; j < 8; j += 3) {
            double z = (x - b[j + 1]) / b[j + 2];
            g[j] = exp(-z * z);
            g[j + 1] = 2 * b[j] * g[j] * z / b[j + 2];
            g[j + 2] = g[j + 1] * z;
          }
        });
  }

  private static double bell(double x, double[] b, int j) {
    double z = (x - b[j + 1]) / b[j + 2];
    return b[j] * exp(-z * z);
  }

  /** (b1 + … + x^numerator) / (1 + x + … + x^denominator), with the next b on each power. */
  private static CurveModel rational(int numerator, int denominator) {
    return new Model(
        numerator + 1 + denominator,
        (x, b) -> numerator(x, b, numerator) / denominator(x, b, numerator),
        (x, b, g) -> {
          double q = denominator(x, b, numerator);
          double m = numerator(x, b, numerator) / q;
          double power = 1 / q;
          for (int j = 0; j <= numerator; j++) {
            g[j] = power;
            power *= x;
          }
          power = -m * x / q;
          for (int j = numerator + 1; j < b.length; j++) {
            g[j] = power;
            power *= x;
          }
        });
  }

  private static double numerator(double x, double[] b, int degree) {
    double sum = 0;
    for (int j = degree; j >= 0; j--) {
      sum = sum * x + b[j];
    }
    return sum;
  }

  private static double denominator(double x, double[] b, int numerator) {
    double sum = 0;
    for (int j = b.length - 1; j > numerator; j--) {
      sum = (sum + b[j]) * x;
    }
    return 1 + sum;
  }

  /** Σ b exp(−c x), three terms. */
  private static CurveModel exponentials() {
    return new Model(
        6,
        (x, b) -> b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x),
        (x, b, g) -> {
          for (int j = 0; j < 6; j += 2) {
            g[j] = exp(-b[j + 1] * x);
            g[j + 1] = -x * b[j] * g[j];
          }
        });
  }

  /** b1 (x² + b2 x) / (x² + b3 x + b4). */
  private static CurveModel mgh09() {
    return new Model(
        4,
        (x, b) -> b[0] * (x * x + x * b[1]) / (x * x + x * b[2] + b[3]),
        (x, b, g) -> {
          double q = x * x + x * b[2] + b[3];
          g[0] = (x * x + x * b[1]) / q;
          g[1] = b[0] * x / q;
          g[3] = -b[0] * g[0] / q;
          g[2] = g[3] * x;
        });
  }

  /** b1 + b2 exp(−b4 x) + b3 exp(−b5 x). */
  private static CurveModel mgh17() {
    return new Model(
        5,
        (x, b) -> b[0] + b[1] * exp(-b[3] * x) + b[2] * exp(-b[4] * x),
        (x, b, g) -> {
          g[0] = 1;
          g[1] = exp(-b[3] * x);
          g[2] = exp(-b[4] * x);
          g[3] = -x * b[1] * g[1];
          g[4] = -x * b[2] * g[2];
        });
  }

  /** b1 / (1 + exp(b2 − b3 x)). */
  private static CurveModel rat42() {
    return new Model(
        3,
        (x, b) -> b[0] / (1 + exp(b[1] - b[2] * x)),
        (x, b, g) -> {
          double e = exp(b[1] - b[2] * x);
          double q = 1 + e;
          g[0] = 1 / q;
          g[1] = -b[0] * e / (q * q);
          g[2] = -x * g[1];
        });
  }
}
