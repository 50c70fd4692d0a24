package invact.internal.arithmetic;

import invact.form.internal.RationalPieces;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Table;
import invact.internal.program.Value;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The segments of both branches as those of one function of the signed root s, −√u on the left and
 * √u on the right; s is never 0. Tables of eight hold a number of each segment.
 *
 * <p>With one segment a branch, S alone says which; else three comparisons of s with borders, the
 * second and third with one that those before have picked. Lower degrees are padded with leading
 * zeros, which change no bit: fma(0, t, c) = c for c other than −0.
 */
final class SignedRootPieces {
  private static final int SEGMENTS = 8;

  private final boolean isPair;
  private final int numeratorDegree;
  private final int denominatorDegree;

  /** Segment k begins above borders[k]; +∞, above no number, if there is no such segment. */
  private final float[] borders = new float[SEGMENTS];

  /** The least key of segment k: the root's bits, on the left inverted. */
  private final int[] keys = new int[SEGMENTS];

  private final float[] starts;
  private final float[][] numerators;
  private final float[][] denominators;

  private SignedRootPieces(RationalPieces left, RationalPieces right, int leastDegree) {
    int count = left.count() + right.count();
    isPair = count == 2;
    int degree = Math.max(left.numeratorDegree(), right.numeratorDegree());
    numeratorDegree = Math.max(degree, leastDegree);
    denominatorDegree = Math.max(left.denominatorDegree(), right.denominatorDegree());
    int length = isPair ? 2 : SEGMENTS;
    starts = new float[length];
    numerators = new float[length][numeratorDegree + 1];
    denominators = new float[length][denominatorDegree];
    Arrays.fill(borders, Float.POSITIVE_INFINITY);
    Arrays.fill(keys, Integer.MAX_VALUE);
    if (isPair) {
      put(right, 0, 0);
      put(left, 0, 1);
      return;
    }
    for (int s = 0; s < left.count(); s++) {
      int k = left.count() - 1 - s;
      // r below the start of the next segment outwards: s above its negation.
      boolean isLast = s == left.count() - 1;
      borders[k] = isLast ? Float.NEGATIVE_INFINITY : -left.starts()[s + 1];
      keys[k] = isLast ? Integer.MIN_VALUE : ~Float.floatToIntBits(left.starts()[s + 1]) + 1;
      put(left, s, k);
    }
    for (int s = 0; s < right.count(); s++) {
      int k = left.count() + s;
      borders[k] = s == 0 ? 0.0f : Math.nextDown(right.starts()[s]);
      keys[k] = s == 0 ? 0 : Float.floatToIntBits(right.starts()[s]);
      put(right, s, k);
    }
  }

  private void put(RationalPieces pieces, int s, int k) {
    starts[k] = pieces.starts()[s];
    System.arraycopy(pieces.numerators()[s], 0, numerators[k], 0, pieces.numeratorDegree() + 1);
    System.arraycopy(pieces.denominators()[s], 0, denominators[k], 0, pieces.denominatorDegree());
  }

  /** The segments of two branches; nothing if they are too many or cannot be padded. */
  static Optional<SignedRootPieces> of(RationalPieces left, RationalPieces right) {
    return of(left, right, 0);
  }

  /** The same, with numerators of no less than a degree. */
  static Optional<SignedRootPieces> of(RationalPieces left, RationalPieces right, int leastDegree) {
    return left.count() + right.count() <= SEGMENTS && fits(left) && fits(right)
        ? Optional.of(new SignedRootPieces(left, right, leastDegree))
        : Optional.empty();
  }

  /** Whether leading zeros leave Horner's scheme alone, and borders ascend from 0. */
  private static boolean fits(RationalPieces pieces) {
    for (int s = 0; s < pieces.count(); s++) {
      if (leadsWithMinusZero(pieces.numerators()[s])
          || leadsWithMinusZero(pieces.denominators()[s])) {
        return false;
      }
      if (s > 0 && !(pieces.starts()[s] > (s == 1 ? 0 : pieces.starts()[s - 1]))) {
        return false;
      }
    }
    return true;
  }

  private static boolean leadsWithMinusZero(float[] ascending) {
    return ascending.length > 0
        && Float.floatToIntBits(ascending[ascending.length - 1]) == Float.floatToIntBits(-0.0f);
  }

  /** Writes q, the segment found by comparisons. */
  Value byBool(ProgramBuilder b, Value r, Value left) {
    if (isPair) {
      return quotient(b, r, b.select(left, b.integer(1), b.integer(0)));
    }
    Value s = b.select(left, b.negate(r), r);
    Value high = b.gt(s, b.parameter("middle", borders[4]));
    Value half = b.select(high, b.integer(4), b.integer(0));
    Value border =
        b.select(
            high, b.parameter("high_quarter", borders[6]), b.parameter("low_quarter", borders[2]));
    Value quarter = b.select(b.gt(s, border), b.add(half, b.integer(2)), half);
    Value last = b.lookup(eighths(b), quarter);
    Value segment = b.select(b.gt(s, last), b.add(quarter, b.integer(1)), quarter);
    return quotient(b, r, segment);
  }

  /**
   * Writes q, the segment found by its key, for targets whose integer comparisons are as fast as
   * others: each step decides one bit of the segment's number, the borders of all steps being
   * parameters. There are three segments or more.
   */
  Value byKey(ProgramBuilder b, Value r, Value right) {
    Value root = b.bits(r);
    Value key = b.select(right, root, b.xor(root, b.integer(-1)));
    Value[] bounds = new Value[SEGMENTS];
    for (int k = 1; k < SEGMENTS; k++) {
      bounds[k] = b.lookup(b.integerTable("key" + k, keys[k]), b.integer(0));
    }
    Value isHigh = b.ge(key, bounds[4]);
    Value none = b.integer(0);
    Value four = b.select(isHigh, b.integer(4), none);
    Value middle = b.select(isHigh, bounds[6], bounds[2]);
    Value isUpper = b.ge(key, middle);
    Value two = b.select(isUpper, b.integer(2), none);
    Value upper = b.select(isHigh, bounds[7], bounds[3]);
    Value lower = b.select(isHigh, bounds[5], bounds[1]);
    Value isLast = b.ge(key, b.select(isUpper, upper, lower));
    Value one = b.select(isLast, b.integer(1), none);
    return quotient(b, r, b.add(b.add(four, two), one));
  }

  /** Whether each branch is one segment. */
  boolean isPair() {
    return isPair;
  }

  /**
   * Writes q, the segment found by signs, for registers where a comparison's answer costs more: s
   * is above a border if the difference is negative.
   */
  Value bySign(ProgramBuilder b, Value r, Value leftSign) {
    if (isPair) {
      return quotient(b, r, b.shiftRight(leftSign, 31));
    }
    Value sign = b.and(leftSign, b.integer(Integer.MIN_VALUE));
    Value s = b.asFloat(b.xor(b.bits(r), sign));
    Value middle = b.parameter("middle", borders[4]);
    Value half = b.and(b.shiftRightSigned(b.bits(b.subtract(middle, s)), 31), b.integer(4));
    Table quarters = b.table("quarter", borders[2], 0, 0, 0, borders[6], 0, 0, 0);
    Value belowQuarter = b.bits(b.subtract(b.lookup(quarters, half), s));
    Value quarter = b.add(b.and(b.shiftRightSigned(belowQuarter, 31), b.integer(2)), half);
    Value belowEighth = b.bits(b.subtract(b.lookup(eighths(b), quarter), s));
    return quotient(b, r, b.add(b.shiftRight(belowEighth, 31), quarter));
  }

  /** At 0, 2, 4 and 6, the borders of the segments after them. */
  private Table eighths(ProgramBuilder b) {
    return b.table("eighth", borders[1], 0, borders[3], 0, borders[5], 0, borders[7], 0);
  }

  private Value quotient(ProgramBuilder b, Value r, Value segment) {
    Value t = b.subtract(r, b.lookup(b.table("start", starts), segment));
    return RationalPieces.quotient(
        b,
        t,
        numeratorDegree,
        j -> b.lookup(table(b, "a" + j, s -> numerators[s][j]), segment),
        denominatorDegree,
        j -> b.lookup(table(b, "b" + j, s -> denominators[s][j - 1]), segment));
  }

  private Table table(ProgramBuilder b, String name, IntFunction<Float> entry) {
    float[] entries = new float[starts.length];
    for (int s = 0; s < entries.length; s++) {
      entries[s] = entry.apply(s);
    }
    return b.table(name, entries);
  }
}
