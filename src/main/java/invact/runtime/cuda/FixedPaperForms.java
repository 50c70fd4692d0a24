package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import invact.approx.Approximant;
import invact.approx.PaperGeluLeft;
import invact.approx.PaperRight;
import invact.approx.PaperSiluLeft;
import invact.coefficient.CoefficientSet;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The paper's forms, for f′ or σ. The structures {@code Pair<PaperGeluLeft, PaperRight>} and {@code
 * Pair<PaperSiluLeft, PaperRight>} of backward_fixed.cu.
 *
 * @param shape which of them
 * @param values what they hold
 */
record FixedPaperForms(String shape, float[] values) implements FixedForms {
  static Optional<FixedPaperForms> of(CoefficientSet set) {
    Approximant left = set.left().approximant().approximant();
    Approximant right = set.right().approximant().approximant();
    if (!(right.form() instanceof PaperRight)) {
      return Optional.empty();
    }
    double[] c = left.coefficients();
    return switch (left.form()) {
      // The kernel's powers are for exponents above 0.
      case PaperGeluLeft form when c[2] > 0 && c[3] > 0 ->
          Optional.of(
              new FixedPaperForms(
                  "paper_gelu", floats(new double[] {form.depth()}, c, right.coefficients())));
      case PaperSiluLeft _ ->
          Optional.of(new FixedPaperForms("paper_silu", floats(c, right.coefficients())));
      default -> Optional.empty();
    };
  }

  private static float[] floats(double[]... parts) {
    double[] all = Stream.of(parts).flatMapToDouble(DoubleStream::of).toArray();
    float[] values = new float[all.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) all[i];
    }
    return values;
  }

  @Override
  public boolean hasBf16() {
    return true;
  }

  @Override
  public boolean isFasterThanTable() {
    return true;
  }

  @Override
  public double cutoff() {
    return Double.POSITIVE_INFINITY;
  }

  @Override
  public long bytes() {
    return values.length * (long) Float.BYTES;
  }

  @Override
  public void store(MemorySegment to, long offset) {
    for (int i = 0; i < values.length; i++) {
      to.set(JAVA_FLOAT, offset + i * (long) Float.BYTES, values[i]);
    }
  }
}
