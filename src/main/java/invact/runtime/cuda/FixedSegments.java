package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import invact.approx.Approximant;
import invact.approx.SegmentedPolynomial;
import invact.coefficient.CoefficientSet;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Segmented polynomials which stand for f′, at most eight segments over both branches, of degree at
 * most 5; the left ones without a cut-off. The structure {@code Segments} of backward_fixed.cu.
 *
 * @param segments in the order of their keys
 * @param cutoff of the right branch
 */
record FixedSegments(List<Segment> segments, double cutoff) implements FixedForms {
  private static final int COUNT = 8;
  private static final int DEGREE = 5;

  /** Where a row's second half lies, and in that the start of the segment. */
  private static final int HALF_ROW = 4;

  private static final int START = 2;

  /**
   * A segment of a branch.
   *
   * @param key the least key in it
   * @param start β, the root where it starts on its branch
   * @param c its coefficients
   */
  record Segment(int key, float start, float[] c) {}

  static Optional<FixedSegments> of(CoefficientSet set) {
    Approximant left = set.left().approximant().approximant();
    Approximant right = set.right().approximant().approximant();
    if (!(left.form() instanceof SegmentedPolynomial leftForm)
        || !(right.form() instanceof SegmentedPolynomial rightForm)
        || leftForm.cutoff() != Double.POSITIVE_INFINITY
        || leftForm.segments() + rightForm.segments() > COUNT
        || Math.max(leftForm.degree(), rightForm.degree()) > DEGREE
        || !FixedForms.areDerivatives(set)) {
      return Optional.empty();
    }
    List<Segment> segments = new ArrayList<>();
    for (int i = leftForm.segments() - 1; i >= 0; i--) {
      // Roots below the next segment's start, in keys ~root: above its inverse.
      int key =
          i == leftForm.segments() - 1
              ? Integer.MIN_VALUE
              : ~Float.floatToIntBits(start(leftForm, i + 1, left)) + 1;
      segments.add(new Segment(key, start(leftForm, i, left), coefficients(leftForm, i, left)));
    }
    for (int i = 0; i < rightForm.segments(); i++) {
      float start = start(rightForm, i, right);
      segments.add(
          new Segment(Float.floatToIntBits(start), start, coefficients(rightForm, i, right)));
    }
    return Optional.of(new FixedSegments(List.copyOf(segments), rightForm.cutoff()));
  }

  private static float start(SegmentedPolynomial form, int segment, Approximant q) {
    return (float) form.start(segment, q.coefficients());
  }

  private static float[] coefficients(SegmentedPolynomial form, int segment, Approximant q) {
    double[] c = q.coefficients();
    float[] rounded = new float[DEGREE + 1];
    for (int j = 0; j <= form.degree(); j++) {
      rounded[j] = (float) c[form.first(segment) + j];
    }
    return rounded;
  }

  @Override
  public String shape() {
    return "segments";
  }

  @Override
  public boolean hasBf16() {
    return false;
  }

  @Override
  public boolean isFasterThanTable() {
    return false;
  }

  @Override
  public long bytes() {
    return (COUNT - 1) * (long) Integer.BYTES + 2 * COUNT * HALF_ROW * (long) Float.BYTES;
  }

  @Override
  public void store(MemorySegment to, long offset) {
    for (int i = 1; i < COUNT; i++) {
      int key = i < segments.size() ? segments.get(i).key : Integer.MAX_VALUE;
      to.set(JAVA_INT, offset + (i - 1) * (long) Integer.BYTES, key);
    }
    long rows = offset + (COUNT - 1) * (long) Integer.BYTES;
    for (int i = 0; i < COUNT; i++) {
      // Only NaN gets to rows that are not there.
      Segment segment = segments.get(Math.min(i, segments.size() - 1));
      for (int j = 0; j <= DEGREE; j++) {
        set(to, rows, i, j, segment.c[j]);
      }
      set(to, rows, i, HALF_ROW + START, segment.start);
    }
  }

  private static void set(MemorySegment to, long rows, int row, int column, float value) {
    int half = column / HALF_ROW;
    long index = (half * COUNT + row) * HALF_ROW + column % HALF_ROW;
    to.set(JAVA_FLOAT, rows + index * Float.BYTES, value);
  }
}
