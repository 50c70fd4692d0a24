package invact.runtime.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Horner's scheme, each lane with the coefficients of its branch, which stand by falling power.
 *
 * <p>Selecting coefficients takes as many instructions as evaluating both branches would, but they
 * need not wait for the root, so that the processor has them done while it waits.
 */
final class Horner {
  private Horner() {}

  /** The coefficient j of each lane's branch. */
  static FloatVector select(float[] left, float[] right, int j, VectorMask<Float> isRight) {
    return FloatVector.broadcast(Lanes.FLOATS, left[j])
        .blend(FloatVector.broadcast(Lanes.FLOATS, right[j]), isRight);
  }

  /** One step on: value·t and the coefficient j. */
  static FloatVector step(
      FloatVector value,
      FloatVector t,
      float[] left,
      float[] right,
      int j,
      VectorMask<Float> isRight) {
    return value.fma(t, select(left, right, j, isRight));
  }

  /** Six steps on, with the coefficients j … j + 5. */
  static FloatVector sixSteps(
      FloatVector value,
      FloatVector t,
      float[] left,
      float[] right,
      int j,
      VectorMask<Float> isRight) {
    FloatVector two = step(step(value, t, left, right, j, isRight), t, left, right, j + 1, isRight);
    FloatVector four =
        step(step(two, t, left, right, j + 2, isRight), t, left, right, j + 3, isRight);
    return step(step(four, t, left, right, j + 4, isRight), t, left, right, j + 5, isRight);
  }

  /** The polynomial of degree 7. */
  static FloatVector seven(float[] left, float[] right, VectorMask<Float> isRight, FloatVector t) {
    FloatVector value = step(select(left, right, 0, isRight), t, left, right, 1, isRight);
    return sixSteps(value, t, left, right, 2, isRight);
  }

  /** The polynomial of degree 12. */
  static FloatVector twelve(float[] left, float[] right, VectorMask<Float> isRight, FloatVector t) {
    FloatVector value = sixSteps(select(left, right, 0, isRight), t, left, right, 1, isRight);
    return sixSteps(value, t, left, right, 7, isRight);
  }

  /** The polynomial of degree 24. */
  static FloatVector twentyFour(
      float[] left, float[] right, VectorMask<Float> isRight, FloatVector t) {
    FloatVector value = twelve(left, right, isRight, t);
    value = sixSteps(value, t, left, right, 13, isRight);
    return sixSteps(value, t, left, right, 19, isRight);
  }
}
