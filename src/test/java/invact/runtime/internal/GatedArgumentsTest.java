package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.GatedUnit;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong arguments of a gated unit are refused by name, before anything is written. */
class GatedArgumentsTest {
  private static final int BYTES = 40 * Float.BYTES;
  private static final List<String> FORWARD = List.of("a", "b", "p");
  private static final List<String> BACKWARD = List.of("dp", "a", "kept", "da", "db");
  private static final List<String> OUTPUTS = List.of("p", "da", "db");

  /** One implementation, and where the buffers lie. */
  record Case(String name, GatedUnit unit, GuardedBuffer.Place place) {
    void call(List<MemorySegment> s) {
      if (s.size() == FORWARD.size()) {
        unit.forward(Dtype.FP32, s.get(0), s.get(1), s.get(2));
      } else {
        unit.backward(Dtype.FP32, s.get(0), s.get(1), s.get(2), s.get(3), s.get(4));
      }
    }

    @Override
    public String toString() {
      return name + " " + place;
    }
  }

  static Stream<Case> cases() {
    GatedUnit scalar = Backends.of("scalar").gatedUnit(Activations.SILU);
    GatedUnit vector = Backends.of("vector").gatedUnit(Activations.SILU);
    return Stream.of(GuardedBuffer.Place.values())
        .flatMap(place ->
            Stream.of(
                new Case("scalar", scalar, place),
                new Case("vector", vector, place),
                new Case("parallel", ParallelGatedUnit.of(scalar, Runnable::run, 2), place)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void wrongSizes(Case c) {
    for (int change : new int[] {-Float.BYTES, -1, 1, Float.BYTES}) {
      UnaryOperator<MemorySegment> resized =
          s -> MemorySegment.ofArray(new byte[(int) s.byteSize() + change]);
      for (List<String> names : List.of(FORWARD, BACKWARD)) {
        // The first argument says how many elements there are: the second then disagrees.
        String wrong = change % Float.BYTES == 0 ? names.get(1) : names.get(0);
        requireRefused(c, names, names.get(0), resized, IllegalArgumentException.class, wrong);
        for (String name : names.subList(1, names.size())) {
          requireRefused(c, names, name, resized, IllegalArgumentException.class, name);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void closedSegments(Case c) {
    UnaryOperator<MemorySegment> closed =
        s -> {
          try (Arena arena = Arena.ofConfined()) {
            return arena.allocate(s.byteSize());
          }
        };
    requireEachRefused(c, closed, IllegalStateException.class);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void segmentsOfAnotherThread(Case c) throws Exception {
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Arena arena = other.submit(Arena::ofConfined).get();
      UnaryOperator<MemorySegment> foreign =
          s -> CompletableFuture.supplyAsync(() -> arena.allocate(s.byteSize()), other).join();
      requireEachRefused(c, foreign, WrongThreadException.class);
      other.submit(arena::close).get();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void missingSegments(Case c) {
    requireEachRefused(c, s -> null, NullPointerException.class);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void readOnlyOutputs(Case c) {
    for (List<String> names : List.of(FORWARD, BACKWARD)) {
      for (String name : names) {
        if (OUTPUTS.contains(name)) {
          Class<IllegalArgumentException> refusal = IllegalArgumentException.class;
          requireRefused(c, names, name, MemorySegment::asReadOnly, refusal, name);
        } else {
          requireTaken(c, names, name, MemorySegment::asReadOnly);
        }
      }
    }
  }

  private static void requireEachRefused(
      Case c, UnaryOperator<MemorySegment> spoiler, Class<? extends RuntimeException> type) {
    for (List<String> names : List.of(FORWARD, BACKWARD)) {
      for (String name : names) {
        requireRefused(c, names, name, spoiler, type, name);
      }
    }
  }

  private static void requireRefused(
      Case c,
      List<String> names,
      String spoilt,
      UnaryOperator<MemorySegment> spoiler,
      Class<? extends RuntimeException> type,
      String named) {
    try (Arena arena = Arena.ofConfined()) {
      List<GuardedBuffer> buffers = buffers(arena, c, names);
      List<MemorySegment> segments = spoil(buffers, names.indexOf(spoilt), spoiler);
      String message = assertThrows(type, () -> c.call(segments)).getMessage();
      assertTrue(message.matches("\\Q" + named + "\\E( .*)?"), message);
      for (int i = 0; i < names.size(); i++) {
        buffers.get(i).requireUntouched(names.get(i));
      }
    }
  }

  private static void requireTaken(
      Case c, List<String> names, String spoilt, UnaryOperator<MemorySegment> spoiler) {
    try (Arena arena = Arena.ofConfined()) {
      c.call(spoil(buffers(arena, c, names), names.indexOf(spoilt), spoiler));
    }
  }

  private static List<GuardedBuffer> buffers(Arena arena, Case c, List<String> names) {
    return names.stream().map(name -> new GuardedBuffer(arena, c.place, BYTES, 0x5A)).toList();
  }

  private static List<MemorySegment> spoil(
      List<GuardedBuffer> buffers, int index, UnaryOperator<MemorySegment> spoiler) {
    List<MemorySegment> segments =
        new ArrayList<>(buffers.stream().map(GuardedBuffer::segment).toList());
    segments.set(index, spoiler.apply(segments.get(index)));
    return segments;
  }

  /** Where the arguments start in one region, and who is said to overlap whom, or nobody. */
  private record Layout(String complaint, int... starts) {}

  private static final List<Layout> LAYOUTS =
      List.of(
          new Layout("", 0, 0, BYTES),
          new Layout("", 0, BYTES, 0),
          new Layout("", BYTES, 0, 0),
          new Layout("", 0, 1, 1 + BYTES),
          new Layout("", 0, 0, 0),
          new Layout("p overlaps a in part", 0, 3 * BYTES, Float.BYTES),
          new Layout("p overlaps a in part", BYTES - 1, 3 * BYTES, 0),
          new Layout("p overlaps b in part", 3 * BYTES, 0, Float.BYTES),
          new Layout("p overlaps b in part", 0, 1, 0),
          new Layout("", 0, BYTES, 2 * BYTES, 3 * BYTES, 4 * BYTES),
          new Layout("", 0, BYTES, 2 * BYTES, 0, BYTES),
          new Layout("", 0, BYTES, 2 * BYTES, 2 * BYTES, 0),
          new Layout("", 0, 0, 0, 0, BYTES),
          new Layout("da overlaps dp in part", 0, 2 * BYTES, 3 * BYTES, 4, 4 * BYTES),
          new Layout("da overlaps a in part", 2 * BYTES, 0, 3 * BYTES, BYTES - 1, 4 * BYTES),
          new Layout("da overlaps kept in part", 2 * BYTES, 3 * BYTES, 4, 0, 4 * BYTES),
          new Layout("db overlaps dp in part", 0, 2 * BYTES, 3 * BYTES, 4 * BYTES, 4),
          new Layout("db overlaps a in part", 2 * BYTES, 0, 3 * BYTES, 4 * BYTES, BYTES - 1),
          new Layout("db overlaps kept in part", 2 * BYTES, 3 * BYTES, 4, 4 * BYTES, 0),
          new Layout("db overlaps da", 2 * BYTES, 3 * BYTES, 4 * BYTES, 0, 0),
          new Layout("db overlaps da", 0, 2 * BYTES, 3 * BYTES, 0, 0),
          new Layout("db overlaps da", 2 * BYTES, 3 * BYTES, 4 * BYTES, 0, BYTES - 1));

  @ParameterizedTest
  @MethodSource("cases")
  void overlaps(Case c) {
    for (Layout layout : LAYOUTS) {
      try (Arena arena = Arena.ofConfined()) {
        GuardedBuffer region = new GuardedBuffer(arena, c.place, 5 * BYTES, 0x5A);
        List<MemorySegment> segments = new ArrayList<>();
        for (int start : layout.starts) {
          segments.add(region.segment().asSlice(start, BYTES));
        }
        if (layout.complaint.isEmpty()) {
          c.call(segments);
        } else {
          String message =
              assertThrows(IllegalArgumentException.class, () -> c.call(segments)).getMessage();
          assertTrue(message.startsWith(layout.complaint), message);
          region.requireUntouched(layout.complaint);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void formatsThatDoNotFit(Case c) {
    MemorySegment s = MemorySegment.ofArray(new double[1]);
    MemorySegment t = MemorySegment.ofArray(new double[1]);
    short[] x = new short[2];
    List<Executable> calls =
        List.of(
            () -> c.unit.forward(Dtype.FP64, s, s, s),
            () -> c.unit.backward(Dtype.FP64, s, s, s, s, t),
            () -> c.unit.forward(Dtype.FP32, x, x, x),
            () -> c.unit.backward(Dtype.FP32, x, x, x, x, new short[2]));
    for (Executable call : calls) {
      String message = assertThrows(IllegalArgumentException.class, call).getMessage();
      assertTrue(message.startsWith("dtype fp") && message.contains("use "), message);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void missingArrays(Case c) {
    Dtype half = Dtype.BF16;
    float[] x = new float[1];
    short[] y = new short[1];
    requireMissing("a", () -> c.unit.forward(null, x, x));
    requireMissing("b", () -> c.unit.forward(x, null, x));
    requireMissing("p", () -> c.unit.forward(x, x, null));
    requireMissing("dp", () -> c.unit.backward(null, x, x, x, x));
    requireMissing("kept", () -> c.unit.backward(x, x, null, x, x));
    requireMissing("db", () -> c.unit.backward(x, x, x, x, null));
    requireMissing("dtype", () -> c.unit.forward(null, y, y, y));
    requireMissing("p", () -> c.unit.forward(half, y, y, null));
    requireMissing("da", () -> c.unit.backward(half, y, y, y, null, y));
  }

  private static void requireMissing(String name, Executable call) {
    assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
  }
}
