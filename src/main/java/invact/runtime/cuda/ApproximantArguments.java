package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import invact.approx.Approximant;
import invact.approx.PaperGeluLeft;
import invact.approx.PaperRight;
import invact.approx.PaperSiluLeft;
import invact.approx.RootExponential;
import invact.approx.RootPolynomial;
import invact.approx.RootRational;
import invact.approx.SegmentedPolynomial;
import java.lang.foreign.MemorySegment;

/** The structure Approximant of backward.cu: an approximant of any form. */
final class ApproximantArguments {
  /** 16 segments of degree 12 have 223 coefficients. */
  private static final int MAX_COEFFICIENTS = 224;

  private static final long COEFFICIENTS = 24;

  /** The size of the structure. */
  static final long BYTES = COEFFICIENTS + MAX_COEFFICIENTS * Float.BYTES;

  /** The constants of enum Form, in its order. */
  private enum Kind {
    GELU_LEFT,
    SILU_LEFT,
    PAPER_RIGHT,
    POLYNOMIAL,
    RATIONAL,
    EXPONENTIAL,
    GAUSSIAN,
    SEGMENTED
  }

  private record Header(
      Kind kind, int degree, int parts, double centre, double cutoff, double depth) {
    static Header of(Approximant approximant) {
      double none = Double.POSITIVE_INFINITY;
      return switch (approximant.form()) {
        case PaperGeluLeft form -> new Header(Kind.GELU_LEFT, 0, 0, 0, none, form.depth());
        case PaperSiluLeft _ -> new Header(Kind.SILU_LEFT, 0, 0, 0, none, 0);
        case PaperRight _ -> new Header(Kind.PAPER_RIGHT, 0, 0, 0, none, 0);
        case RootPolynomial form ->
            new Header(Kind.POLYNOMIAL, form.degree(), 0, form.centre(), form.cutoff(), 0);
        case RootRational form ->
            new Header(
                Kind.RATIONAL,
                form.numeratorDegree(),
                form.denominatorDegree(),
                form.centre(),
                form.cutoff(),
                0);
        case RootExponential form ->
            new Header(
                form.decay() == RootExponential.Decay.GAUSSIAN ? Kind.GAUSSIAN : Kind.EXPONENTIAL,
                form.degree(),
                0,
                0,
                form.cutoff(),
                0);
        case SegmentedPolynomial form ->
            new Header(Kind.SEGMENTED, form.degree(), form.segments(), 0, form.cutoff(), 0);
      };
    }
  }

  private ApproximantArguments() {}

  static void store(Approximant approximant, MemorySegment to, long offset) {
    Header header = Header.of(approximant);
    to.set(JAVA_INT, offset, header.kind.ordinal());
    to.set(JAVA_INT, offset + 4, header.degree);
    to.set(JAVA_INT, offset + 8, header.parts);
    to.set(JAVA_FLOAT, offset + 12, (float) header.centre);
    to.set(JAVA_FLOAT, offset + 16, (float) header.cutoff);
    to.set(JAVA_FLOAT, offset + 20, (float) header.depth);
    double[] c = approximant.coefficients();
    for (int j = 0; j < c.length; j++) {
      to.set(JAVA_FLOAT, offset + COEFFICIENTS + j * Float.BYTES, (float) c[j]);
    }
  }
}
