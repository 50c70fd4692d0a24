package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.arithmetic.Exponential;
import invact.arithmetic.GeluForward;
import invact.arithmetic.Segments;
import invact.arithmetic.SiluForward;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbers of an activation in fp32, as the structure SegmentedActivation of segments.cuh:
 * {@link GeluForward}'s or {@link SiluForward}'s.
 */
final class SegmentArguments {
  private SegmentArguments() {}

  /**
   * The structure.
   *
   * @param activation the activation in fp32
   * @return its members, one after the other
   */
  static float[] of(Activation activation) {
    if (activation.equals(Activations.GELU)) {
      return values(
          GeluForward.SEGMENTS,
          GeluForward.LIMIT,
          GeluForward.END,
          GeluForward.coefficient(0),
          GeluForward.coefficient(1),
          GeluForward.coefficient(2),
          GeluForward.coefficient(3),
          GeluForward.coefficient(4),
          GeluForward.coefficient(5));
    }
    return values(SiluForward.SEGMENTS, SiluForward.LIMIT, SiluForward.END);
  }

  /** Stores the structure. */
  static void store(float[] values, MemorySegment to, long offset) {
    MemorySegment.copy(values, 0, to, JAVA_FLOAT, offset, values.length);
  }

  private static float[] values(Segments segments, float limit, float end, float... q) {
    List<Float> values = new ArrayList<>(List.of(segments.perUnit(), limit));
    add(values, segments.centres());
    for (int j = 0; j <= Segments.DEGREE; j++) {
      add(values, segments.coefficients(j));
    }
    add(
        values,
        Exponential.LOG2_E,
        Exponential.ROUNDER,
        Exponential.LN2_HIGH,
        Exponential.LN2_LOW,
        Exponential.UNSCALE,
        Exponential.coefficient(0),
        Exponential.coefficient(1),
        Exponential.coefficient(2),
        Exponential.coefficient(3),
        Exponential.coefficient(4),
        end);
    add(values, q);
    float[] all = new float[values.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = values.get(i);
    }
    return all;
  }

  private static void add(List<Float> values, float... more) {
    for (float value : more) {
      values.add(value);
    }
  }
}
