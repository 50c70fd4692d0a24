package invact.form.internal;

import invact.internal.program.Computation;
import invact.internal.program.Interpreter;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Type;
import invact.internal.program.Value;

/**
 * q(u) in fp32, the coefficients rounded to it: the program of the form, interpreted.
 *
 * <p>Threads do not share an instance.
 */
public final class FloatApproximant {
  private final Interpreter interpreter;

  private FloatApproximant(Interpreter interpreter) {
    this.interpreter = interpreter;
  }

  /**
   * An approximant in fp32.
   *
   * @param approximant the approximant
   * @return the same with its coefficients rounded
   * @throws IllegalArgumentException if a coefficient overflows
   */
  public static FloatApproximant of(Approximant approximant) {
    return new FloatApproximant(new Interpreter(computation(approximant)));
  }

  /**
   * q(u).
   *
   * @param u the height, u ≥ 0; NaN gives NaN
   * @return the value
   */
  public float value(float u) {
    return interpreter.value(u);
  }

  /**
   * The program of an approximant: input u, output q.
   *
   * @param approximant the approximant
   * @return the program with the coefficients, rounded to fp32
   * @throws IllegalArgumentException if a coefficient overflows
   */
  public static Computation computation(Approximant approximant) {
    ProgramBuilder b = new ProgramBuilder("approximant");
    Value u = b.input("u", Type.F32);
    return b.output("q", approximant.form().write(b, u, rounded(approximant))).build();
  }

  /**
   * The coefficients in fp32.
   *
   * @param approximant the approximant
   * @return its coefficients, rounded
   * @throws IllegalArgumentException if one overflows
   */
  public static float[] rounded(Approximant approximant) {
    double[] exact = approximant.coefficients();
    float[] rounded = new float[exact.length];
    for (int j = 0; j < rounded.length; j++) {
      rounded[j] = (float) exact[j];
      if (Float.isInfinite(rounded[j])) {
        throw new IllegalArgumentException(
            "coefficient "
                + j
                + " of "
                + approximant.form().name()
                + " is too large for fp32: "
                + exact[j]);
      }
    }
    return rounded;
  }
}
