package invact.runtime.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Horner's scheme, each lane with the coefficients of its own polynomial.
 *
 * <p>A table, one register long, holds a coefficient of all polynomials; a polynomial's number
 * picks its own by one permutation. Two polynomials, of a left and a right branch, could be
 * evaluated both instead, which takes as many instructions; but permutations need not wait for the
 * root, and half as many instructions that wait let the processor go further ahead.
 */
final class Horner {
  private Horner() {}

  /**
   * Tables for polynomials of one degree.
   *
   * @param falling coefficients[polynomial][place], by falling power; at most eight polynomials
   * @return a table for each place, one after the other
   */
  static int[] tables(float[]... falling) {
    int places = falling[0].length;
    int[] tables = new int[places * Lanes.COUNT];
    for (int j = 0; j < places; j++) {
      float[] eight = new float[8];
      for (int k = 0; k < falling.length; k++) {
        eight[k] = falling[k][j];
      }
      System.arraycopy(Lanes.table(eight), 0, tables, j * Lanes.COUNT, Lanes.COUNT);
    }
    return tables;
  }

  /** The coefficient of a place for each lane's polynomial. */
  static FloatVector select(int[] tables, int place, IntVector polynomial) {
    return polynomial
        .selectFrom(IntVector.fromArray(Lanes.INTS, tables, place * Lanes.COUNT))
        .reinterpretAsFloats();
  }

  /** One step on: value·t and the coefficient of a place. */
  static FloatVector step(
      FloatVector value, FloatVector t, int[] tables, int place, IntVector polynomial) {
    return value.fma(t, select(tables, place, polynomial));
  }

  /** Degree 5, or five steps on. */
  private static FloatVector fiveSteps(
      FloatVector value, FloatVector t, int[] tables, int place, IntVector polynomial) {
    FloatVector two =
        step(step(value, t, tables, place, polynomial), t, tables, place + 1, polynomial);
    FloatVector four =
        step(step(two, t, tables, place + 2, polynomial), t, tables, place + 3, polynomial);
    return step(four, t, tables, place + 4, polynomial);
  }

  static FloatVector degree5(FloatVector t, int[] tables, IntVector polynomial) {
    return fiveSteps(select(tables, 0, polynomial), t, tables, 1, polynomial);
  }

  static FloatVector degree7(FloatVector t, int[] tables, IntVector polynomial) {
    FloatVector five = degree5(t, tables, polynomial);
    return step(step(five, t, tables, 6, polynomial), t, tables, 7, polynomial);
  }

  static FloatVector degree12(FloatVector t, int[] tables, IntVector polynomial) {
    return fiveSteps(degree7(t, tables, polynomial), t, tables, 8, polynomial);
  }

  static FloatVector degree22(FloatVector t, int[] tables, IntVector polynomial) {
    FloatVector seventeen = fiveSteps(degree12(t, tables, polynomial), t, tables, 13, polynomial);
    return fiveSteps(seventeen, t, tables, 18, polynomial);
  }
}
