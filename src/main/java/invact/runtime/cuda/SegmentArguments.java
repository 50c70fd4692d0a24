package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import invact.runtime.FloatActivation;
import invact.runtime.FloatExponential;
import invact.runtime.FloatGelu;
import invact.runtime.FloatSegments;
import invact.runtime.FloatSilu;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbers of an activation in fp32, as the structure SegmentedActivation of segments.cuh:
 * {@link FloatGelu}'s or {@link FloatSilu}'s.
 */
final class SegmentArguments {
  private SegmentArguments() {}

  /**
   * The structure.
   *
   * @param activation the activation in fp32
   * @return its members, one after the other
   */
  static float[] of(FloatActivation activation) {
    return switch (activation) {
      case FloatGelu _ ->
          values(
              FloatGelu.SEGMENTS,
              FloatGelu.LIMIT,
              FloatGelu.END,
              FloatGelu.Q0,
              FloatGelu.Q1,
              FloatGelu.Q2,
              FloatGelu.Q3,
              FloatGelu.Q4,
              FloatGelu.Q5);
      case FloatSilu _ -> values(FloatSilu.SEGMENTS, FloatSilu.LIMIT, FloatSilu.END);
      default -> throw new IllegalArgumentException("no segments: " + activation);
    };
  }

  /** Stores the structure. */
  static void store(float[] values, MemorySegment to, long offset) {
    MemorySegment.copy(values, 0, to, JAVA_FLOAT, offset, values.length);
  }

  private static float[] values(FloatSegments segments, float limit, float end, float... q) {
    List<Float> values = new ArrayList<>(List.of(segments.perUnit(), limit));
    add(values, segments.centres());
    for (int j = 0; j <= FloatSegments.DEGREE; j++) {
      add(values, segments.coefficients(j));
    }
    add(
        values,
        FloatExponential.LOG2_E,
        FloatExponential.ROUNDER,
        FloatExponential.LN2_HIGH,
        FloatExponential.LN2_LOW,
        FloatExponential.UNSCALE,
        FloatExponential.S0,
        FloatExponential.S1,
        FloatExponential.S2,
        FloatExponential.S3,
        FloatExponential.S4,
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
