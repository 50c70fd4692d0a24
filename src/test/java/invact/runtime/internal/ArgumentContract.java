package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The arguments that {@link InvertedActivation} refuses, before it writes anything. */
abstract class ArgumentContract extends BackendContract {
  ArgumentContract(String backendName) {
    super(backendName);
  }

  /** Of fp32, in the tests of wrong arguments. */
  private static final int ELEMENTS = 40;

  private static final int BYTES = ELEMENTS * Float.BYTES;
  private static final List<String> FORWARD = List.of("x", "y", "indicator");
  private static final List<String> BACKWARD = List.of("dy", "y", "indicator", "dx");
  private static final List<String> FORWARD_OUTPUTS = List.of("y", "indicator");
  private static final List<String> BACKWARD_OUTPUTS = List.of("dx");

  @ParameterizedTest
  @EnumSource(GuardedBuffer.Place.class)
  void wrongSizesAreRefused(GuardedBuffer.Place place) {
    for (int change : new int[] {-Float.BYTES, -1, 1, Float.BYTES}) {
      UnaryOperator<MemorySegment> resized =
          s -> MemorySegment.ofArray(new byte[(int) s.byteSize() + change]);
      for (List<String> names : List.of(FORWARD, BACKWARD)) {
        // The first argument says how many elements there are: the second then disagrees.
        String wrong = change % Float.BYTES == 0 ? names.get(1) : names.get(0);
        requireRefused(place, names, names.get(0), resized, IllegalArgumentException.class, wrong);
        for (String name : names.subList(1, names.size())) {
          requireRefused(place, names, name, resized, IllegalArgumentException.class, name);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(GuardedBuffer.Place.class)
  void closedSegmentsAreRefused(GuardedBuffer.Place place) {
    UnaryOperator<MemorySegment> closed =
        s -> {
          try (Arena arena = Arena.ofConfined()) {
            return arena.allocate(s.byteSize());
          }
        };
    requireEachRefused(place, FORWARD, FORWARD, closed, IllegalStateException.class);
    requireEachRefused(place, BACKWARD, BACKWARD, closed, IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource(GuardedBuffer.Place.class)
  void segmentsOfAnotherThreadAreRefused(GuardedBuffer.Place place) throws Exception {
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Arena arena = other.submit(Arena::ofConfined).get();
      UnaryOperator<MemorySegment> foreign =
          s -> CompletableFuture.supplyAsync(() -> arena.allocate(s.byteSize()), other).join();
      requireEachRefused(place, FORWARD, FORWARD, foreign, WrongThreadException.class);
      requireEachRefused(place, BACKWARD, BACKWARD, foreign, WrongThreadException.class);
      other.submit(arena::close).get();
    }
  }

  @ParameterizedTest
  @EnumSource(GuardedBuffer.Place.class)
  void missingSegmentsAreRefused(GuardedBuffer.Place place) {
    requireEachRefused(place, FORWARD, FORWARD, s -> null, NullPointerException.class);
    requireEachRefused(place, BACKWARD, BACKWARD, s -> null, NullPointerException.class);
  }

  @ParameterizedTest
  @EnumSource(GuardedBuffer.Place.class)
  void readOnlyOutputsAreRefused(GuardedBuffer.Place place) {
    UnaryOperator<MemorySegment> readOnly = MemorySegment::asReadOnly;
    Class<IllegalArgumentException> refusal = IllegalArgumentException.class;
    requireEachRefused(place, FORWARD, FORWARD_OUTPUTS, readOnly, refusal);
    requireEachRefused(place, BACKWARD, BACKWARD_OUTPUTS, readOnly, refusal);
  }

  @ParameterizedTest
  @EnumSource(GuardedBuffer.Place.class)
  void readOnlyInputsAreTaken(GuardedBuffer.Place place) {
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> forward = segments(buffers(arena, place, FORWARD));
      forward.set(0, forward.get(0).asReadOnly());
      call(FORWARD, forward);
      List<MemorySegment> backward = segments(buffers(arena, place, BACKWARD));
      for (int i = 0; i < 3; i++) {
        backward.set(i, backward.get(i).asReadOnly());
      }
      call(BACKWARD, backward);
    }
  }

  private void requireEachRefused(
      GuardedBuffer.Place place,
      List<String> names,
      List<String> spoilt,
      UnaryOperator<MemorySegment> spoiler,
      Class<? extends RuntimeException> type) {
    for (String name : spoilt) {
      requireRefused(place, names, name, spoiler, type, name);
    }
  }

  private void requireRefused(
      GuardedBuffer.Place place,
      List<String> names,
      String spoilt,
      UnaryOperator<MemorySegment> spoiler,
      Class<? extends RuntimeException> type,
      String named) {
    try (Arena arena = Arena.ofConfined()) {
      List<GuardedBuffer> buffers = buffers(arena, place, names);
      List<MemorySegment> segments = segments(buffers);
      segments.replaceAll(s -> s == segments.get(names.indexOf(spoilt)) ? spoiler.apply(s) : s);
      String message = assertThrows(type, () -> call(names, segments)).getMessage();
      assertTrue(message.matches("\\Q" + named + "\\E( .*)?"), message);
      for (int i = 0; i < names.size(); i++) {
        buffers.get(i).requireUntouched(names.get(i));
      }
    }
  }

  private static List<GuardedBuffer> buffers(
      Arena arena, GuardedBuffer.Place place, List<String> names) {
    return names.stream()
        .map(name -> name.equals("indicator") ? ELEMENTS / Byte.SIZE : BYTES)
        .map(bytes -> new GuardedBuffer(arena, place, bytes, 0x5A))
        .toList();
  }

  private static List<MemorySegment> segments(List<GuardedBuffer> buffers) {
    return new ArrayList<>(buffers.stream().map(GuardedBuffer::segment).toList());
  }

  private void call(List<String> names, List<MemorySegment> s) {
    InvertedActivation activation = backend.open(sets().getFirst());
    if (names == FORWARD) {
      activation.forward(Dtype.FP32, s.get(0), s.get(1), s.get(2));
    } else {
      activation.backward(Dtype.FP32, s.get(0), s.get(1), s.get(2), s.get(3));
    }
  }

  /** Where the arguments start in one region, who is said to overlap whom, or nobody. */
  private record Layout(List<String> names, String complaint, int... starts) {}

  private static final int INDICATOR_BYTES = ELEMENTS / Byte.SIZE;
  private static final int FAR = 2 * BYTES;
  private static final int FARTHER = 4 * BYTES;

  private static final List<Layout> LAYOUTS =
      List.of(
          new Layout(FORWARD, "", 0, 0, FAR),
          new Layout(FORWARD, "", 0, BYTES, 2 * BYTES),
          new Layout(FORWARD, "", BYTES + INDICATOR_BYTES, 0, BYTES),
          new Layout(FORWARD, "y overlaps x in part", 0, Float.BYTES, FAR),
          new Layout(FORWARD, "y overlaps x in part", BYTES - 1, 0, FAR),
          new Layout(FORWARD, "indicator overlaps x", 0, FAR, 0),
          new Layout(FORWARD, "indicator overlaps x", 0, FAR, BYTES - 1),
          new Layout(FORWARD, "indicator overlaps x", 0, 0, BYTES - 1),
          new Layout(FORWARD, "indicator overlaps y", FAR, INDICATOR_BYTES - 1, 0),
          new Layout(BACKWARD, "", 0, FAR, FARTHER, 0),
          new Layout(BACKWARD, "", 0, 0, 0, BYTES),
          new Layout(BACKWARD, "", BYTES, 1, 0, FAR),
          new Layout(BACKWARD, "dx overlaps dy in part", 0, FAR, FARTHER, Float.BYTES),
          new Layout(BACKWARD, "dx overlaps y", FAR, 0, FARTHER, 0),
          new Layout(BACKWARD, "dx overlaps y", 0, 0, FARTHER, 0),
          new Layout(BACKWARD, "dx overlaps y", FAR, 0, FARTHER, BYTES - 1),
          new Layout(BACKWARD, "dx overlaps indicator", 0, FAR, BYTES - 1, 0));

  @ParameterizedTest
  @EnumSource(GuardedBuffer.Place.class)
  void forbiddenOverlapsAreRefused(GuardedBuffer.Place place) {
    for (Layout layout : LAYOUTS) {
      for (boolean readOnlyInputs : new boolean[] {false, true}) {
        try (Arena arena = Arena.ofConfined()) {
          GuardedBuffer region = new GuardedBuffer(arena, place, FARTHER + BYTES, 0x5A);
          List<MemorySegment> arguments = new ArrayList<>();
          for (int i = 0; i < layout.starts.length; i++) {
            String name = layout.names.get(i);
            int bytes = name.equals("indicator") ? INDICATOR_BYTES : BYTES;
            MemorySegment argument = region.segment().asSlice(layout.starts[i], bytes);
            boolean output =
                (layout.names == FORWARD ? FORWARD_OUTPUTS : BACKWARD_OUTPUTS).contains(name);
            arguments.add(readOnlyInputs && !output ? argument.asReadOnly() : argument);
          }
          if (layout.complaint.isEmpty()) {
            call(layout.names, arguments);
          } else {
            String message =
                assertThrows(IllegalArgumentException.class, () -> call(layout.names, arguments))
                    .getMessage();
            assertTrue(message.startsWith(layout.complaint), message);
            region.requireUntouched(layout.complaint);
          }
        }
      }
    }
  }

  @Test
  void emptySegmentsOverlapNothing() {
    MemorySegment region = MemorySegment.ofArray(new byte[2]);
    MemorySegment empty = region.asSlice(1, 0);
    InvertedActivation activation = backend.open(sets().getFirst());
    activation.forward(Dtype.FP32, empty, empty, empty);
    activation.backward(Dtype.FP32, empty, region.asSlice(0, 0), empty, empty);
  }

  @Test
  void formatsThatDoNotFitAreRefused() {
    InvertedActivation activation = backend.open(sets().getFirst());
    MemorySegment s = MemorySegment.ofArray(new double[1]);
    MemorySegment bits = MemorySegment.ofArray(new byte[1]);
    short[] shorts = new short[2];
    byte[] bytes = new byte[1];
    List<Executable> calls =
        List.of(
            () -> activation.forward(Dtype.FP64, s, s, bits),
            () -> activation.backward(Dtype.FP64, s, s, bits, s),
            () -> activation.forward(Dtype.FP32, shorts, shorts, bytes),
            () -> activation.backward(Dtype.FP32, shorts, shorts, bytes, shorts));
    for (Executable call : calls) {
      String message = assertThrows(IllegalArgumentException.class, call).getMessage();
      assertTrue(message.startsWith("dtype fp") && message.contains("use "), message);
    }
  }

  @Test
  void missingArraysAreRefused() {
    InvertedActivation a = backend.open(sets().getFirst());
    Dtype half = Dtype.BF16;
    float[] floats = new float[1];
    short[] shorts = new short[1];
    byte[] bits = new byte[1];
    requireMissing("x", () -> a.forward(null, floats, bits));
    requireMissing("y", () -> a.forward(floats, null, bits));
    requireMissing("indicator", () -> a.forward(floats, floats, null));
    requireMissing("dy", () -> a.backward(null, floats, bits, floats));
    requireMissing("dx", () -> a.backward(floats, floats, bits, null));
    requireMissing("dtype", () -> a.forward(null, shorts, shorts, bits));
    requireMissing("x", () -> a.forward(half, null, shorts, bits));
    requireMissing("dx", () -> a.backward(half, shorts, shorts, bits, null));
  }

  private static void requireMissing(String name, Executable call) {
    assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
  }
}
