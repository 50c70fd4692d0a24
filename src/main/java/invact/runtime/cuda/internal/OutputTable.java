package invact.runtime.cuda.internal;

import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.runtime.internal.ScalarActivation;
import java.util.Optional;

/**
 * g of every output in bf16, as the scalar implementation has it: the table of table.cuh, which
 * says how it is laid out.
 *
 * @param before the bits of |y| that are merged with smaller ones, less 1
 * @param values the entries
 */
public record OutputTable(int before, float[] values) {
  private static final int SPAN = 4096;
  private static final int INFINITY = 0x7F80;
  private static final int SIGN = 0x8000;

  /** The bits of |y| that an entry of a region stands for. */
  private static int magnitude(int entry, int before) {
    return entry == 0 ? 0 : Math.min(before + entry, INFINITY);
  }

  /**
   * The table of a set.
   *
   * @param set the set
   * @return the table; nothing if g varies over more outputs than it has room for
   */
  public static Optional<OutputTable> of(CoefficientSet set) {
    ScalarActivation scalar = new ScalarActivation(set);
    float[][] regions = new float[4][INFINITY + 1];
    int before = INFINITY;
    for (int region = 0; region < regions.length; region++) {
      float[] g = regions[region];
      int sign = region % 2 * SIGN;
      Branch branch = region < 2 ? Branch.LEFT : Branch.RIGHT;
      for (int bits = 0; bits <= INFINITY; bits++) {
        float y = Dtype.BF16.decode((short) (bits | sign));
        g[bits] = scalar.derivative(branch, Dtype.BF16).apply(y);
      }
      // |y| below some bits may share an entry: those of which g is one.
      int same = 1;
      while (same < INFINITY && g[same + 1] == g[1]) {
        same++;
      }
      before = Math.min(before, same - 1);
    }
    float[] values = new float[4 * SPAN];
    for (int region = 0; region < regions.length; region++) {
      int last = magnitude(SPAN - 1, before);
      for (int bits = last; bits <= INFINITY; bits++) {
        if (regions[region][bits] != regions[region][last]) {
          return Optional.empty();
        }
      }
      for (int entry = 0; entry < SPAN; entry++) {
        values[region * SPAN + entry] = regions[region][magnitude(entry, before)];
      }
    }
    return Optional.of(new OutputTable(before, values));
  }
}
