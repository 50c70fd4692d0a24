package invact.form.internal;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Table;
import invact.internal.program.Value;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Polynomials or rationals in the root r = √u, each on its segment, in fp32: what most forms are to
 * a program. With t = r − start of r's segment
 *
 * <pre>
 * q = (a₀ + … + a_m·tᵐ)/(1 + b₁·t + … + b_n·tⁿ)   by Horner's scheme, one fma a step
 * q = 1                                            where u > cut-off
 * </pre>
 *
 * <p>A segment holds its lower border: segment s ≥ 1 has r ≥ its start. The first begins at r = 0,
 * wherever its powers are taken.
 *
 * @param starts the root about which each segment's powers are taken; of the segments after the
 *     first, their lower borders too
 * @param numerators a₀ … a_m of each segment
 * @param denominators b₁ … b_n of each segment; nothing for polynomials
 * @param cutoff the height beyond which q = 1, +∞ for none
 * @param isSegmented whether a program looks its numbers up in tables, by segment
 */
public record RationalPieces(
    float[] starts,
    float[][] numerators,
    float[][] denominators,
    float cutoff,
    boolean isSegmented) {
  /**
   * One rational on the whole branch.
   *
   * @param centre the root about which its powers are taken
   * @param numerator a₀ … a_m
   * @param denominator b₁ … b_n, nothing for a polynomial
   * @param cutoff the height beyond which q = 1, +∞ for none
   * @return the piece
   */
  static RationalPieces whole(float centre, float[] numerator, float[] denominator, float cutoff) {
    return new RationalPieces(
        new float[] {centre},
        new float[][] {numerator},
        new float[][] {denominator},
        cutoff,
        false);
  }

  /**
   * The number of segments.
   *
   * @return at least 1
   */
  public int count() {
    return starts.length;
  }

  /**
   * The degree of the numerators.
   *
   * @return m, the same in all segments
   */
  public int numeratorDegree() {
    return numerators[0].length - 1;
  }

  /**
   * The degree of the denominators.
   *
   * @return n, the same in all segments; 0 for polynomials
   */
  public int denominatorDegree() {
    return denominators[0].length;
  }

  /**
   * The same with leading zeros up to degrees of a program's, which change no bit: fma(0, t, c) = c
   * for c other than −0.
   *
   * @param numerator the degree of the numerators, no less than theirs
   * @param denominator the degree of the denominators, no less than theirs
   * @return the pieces
   */
  public RationalPieces padded(int numerator, int denominator) {
    float[][] above = new float[count()][];
    float[][] below = new float[count()][];
    for (int s = 0; s < count(); s++) {
      above[s] = Arrays.copyOf(numerators[s], numerator + 1);
      below[s] = Arrays.copyOf(denominators[s], denominator);
    }
    return new RationalPieces(starts, above, below, cutoff, isSegmented);
  }

  /** Writes q(u). */
  Value write(ProgramBuilder b, Value u) {
    Value r = b.sqrt(u);
    Value quotient = isSegmented ? segmented(b, r) : whole(b, r);
    return cutoff == Float.POSITIVE_INFINITY
        ? quotient
        : b.select(b.gt(u, b.parameter("cutoff", cutoff)), b.constant(1.0f), quotient);
  }

  private Value whole(ProgramBuilder b, Value r) {
    Value t = starts[0] == 0 ? r : b.subtract(r, b.parameter("centre", starts[0]));
    return quotient(
        b,
        t,
        numeratorDegree(),
        j -> b.parameter("a" + j, numerators[0][j]),
        denominatorDegree(),
        j -> b.parameter("b" + j, denominators[0][j - 1]));
  }

  private Value segmented(ProgramBuilder b, Value r) {
    Value segment = b.integer(0);
    for (int s = 1; s < count(); s++) {
      Value border = b.parameter("border" + s, starts[s]);
      segment = b.add(segment, b.select(b.ge(r, border), b.integer(1), b.integer(0)));
    }
    Value index = segment;
    Value t = b.subtract(r, b.lookup(table(b, "start", s -> starts[s]), index));
    return quotient(
        b,
        t,
        numeratorDegree(),
        j -> b.lookup(table(b, "a" + j, s -> numerators[s][j]), index),
        denominatorDegree(),
        j -> b.lookup(table(b, "b" + j, s -> denominators[s][j - 1]), index));
  }

  /** A table of a number of each segment, with zeros up to a power of two. */
  private Table table(ProgramBuilder b, String name, IntFunction<Float> entry) {
    float[] entries = new float[Math.max(1, Integer.highestOneBit(2 * count() - 1))];
    for (int s = 0; s < count(); s++) {
      entries[s] = entry.apply(s);
    }
    return b.table(name, entries);
  }

  /**
   * Writes a rational, or a polynomial.
   *
   * @param b writes it
   * @param t the variable
   * @param numeratorDegree m
   * @param a gives a₀ … a_m
   * @param denominatorDegree n, 0 for a polynomial
   * @param b1 gives b₁ … b_n
   * @return the quotient
   */
  public static Value quotient(
      ProgramBuilder b,
      Value t,
      int numeratorDegree,
      IntFunction<Value> a,
      int denominatorDegree,
      IntFunction<Value> b1) {
    if (denominatorDegree == 0) {
      return b.horner(t, numeratorDegree, a);
    }
    Value denominator =
        b.horner(t, denominatorDegree, j -> j == 0 ? b.constant(1.0f) : b1.apply(j));
    return b.divide(b.horner(t, numeratorDegree, a), denominator);
  }
}
