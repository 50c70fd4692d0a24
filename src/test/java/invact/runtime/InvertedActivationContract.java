package invact.runtime;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.RoundedLift;
import invact.coefficient.BranchApproximant;
import invact.coefficient.CoefficientSet;
import invact.coefficient.PublishedCoefficients;
import invact.math.FloatFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@link InvertedActivation} promises, for every coefficient set and format. A backend joins
 * by a subclass that names it.
 */
abstract class InvertedActivationContract {
  private static final int[] LENGTHS = {
    0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 999, 1000, 1001
  };
  private static final int LONGEST = LENGTHS[LENGTHS.length - 1];
  private static final List<FloatFormat> FORMATS =
      List.of(FloatFormat.FP32, FloatFormat.BF16, FloatFormat.FP16);

  /**
   * Rounding errors of g in fp32, in units of 2⁻²⁴·(1 + |y|), beside those of the lift; measured
   * 3.4 over 2·10⁷ random inputs, a quarter of them next to T, rounded up.
   */
  private static final double ROUNDINGS_OF_G = 4;

  /** What a set gives in a 16-bit format over all finite inputs; measured, errors rounded up. */
  private record HalfFigures(int misroundedOutputs, double maxError, double rmsError) {}

  private static final Map<String, HalfFigures> HALF_FIGURES =
      Map.of(
          "gelu-published bf16", new HalfFigures(128, 3.26e-2, 5.9e-4),
          "gelu-published fp16", new HalfFigures(3, 2.25e-2, 1.39e-3),
          "silu-published bf16", new HalfFigures(128, 1.64e-2, 3.5e-4),
          "silu-published fp16", new HalfFigures(1, 6.4e-3, 4.0e-4),
          "gelu-segmented bf16", new HalfFigures(128, 1.54e-2, 3.1e-4),
          "gelu-segmented fp16", new HalfFigures(3, 6.5e-3, 1.7e-4),
          "silu-segmented bf16", new HalfFigures(128, 1.5e-2, 3.2e-4),
          "silu-segmented fp16", new HalfFigures(1, 4.9e-3, 1.5e-4));

  /** One coefficient set in one format. */
  record Case(CoefficientSet set, FloatFormat format) {
    double argmin() {
      return set.activation().argmin();
    }

    float rounded(double value) {
      return (float) format.round(value);
    }

    @Override
    public String toString() {
      return set.name() + " " + format.label();
    }
  }

  private final Backend backend;

  InvertedActivationContract(String backendName) {
    backend = Backends.of(backendName);
  }

  static List<CoefficientSet> sets() {
    List<CoefficientSet> sets = new ArrayList<>();
    for (Activation activation : Activations.all()) {
      PublishedCoefficients.of(activation).ifPresent(sets::add);
    }
    sets.addAll(MinimaxSets.SEGMENTED);
    return sets;
  }

  /** With the rationals, in which fp32 loses more digits than {@link #bound} allows for. */
  static Stream<Case> allCases() {
    Stream<Case> rational =
        MinimaxSets.RATIONAL.stream()
            .flatMap(set -> FORMATS.stream().map(format -> new Case(set, format)));
    return Stream.concat(cases(), rational);
  }

  static Stream<Case> cases() {
    return sets().stream().flatMap(set -> FORMATS.stream().map(format -> new Case(set, format)));
  }

  static Stream<Case> halfCases() {
    return cases().filter(c -> c.format.isHalf());
  }

  // Both passes, wherever the buffers lie and however long they are.

  /** Each element as the scalar backend gives it alone, bit for bit, and not a byte beside. */
  @ParameterizedTest
  @MethodSource("allCases")
  void lengthsPlacesAndAliases(Case c) {
    InvertedActivation activation = backend.open(c.set);
    Expected expected = Expected.of(c);
    for (int length : LENGTHS) {
      for (GuardedBuffer.Place place : GuardedBuffer.Place.values()) {
        for (int poison : new int[] {0xFF, 0x5A}) {
          roundTrip(activation, c, expected, length, place, poison, false);
          roundTrip(activation, c, expected, length, place, poison, true);
        }
      }
    }
  }

  private record Expected(float[] x, float[] y, boolean[] right, float[] dy, float[] dx) {
    static Expected of(Case c) {
      InvertedActivation scalar = Backends.of("scalar").open(c.set);
      float[] x = randomInputs(c, LONGEST, 1);
      float[] dy = randomInputs(c, LONGEST, 2);
      float[] y = new float[LONGEST];
      float[] dx = new float[LONGEST];
      boolean[] right = new boolean[LONGEST];
      for (int i = 0; i < LONGEST; i++) {
        Element element = Element.forward(scalar, c.format, x[i]);
        y[i] = element.y;
        right[i] = element.right;
        dx[i] = Element.backward(scalar, c.format, dy[i], y[i], right[i]);
      }
      return new Expected(x, y, right, dy, dx);
    }
  }

  private static void roundTrip(
      InvertedActivation activation,
      Case c,
      Expected expected,
      int length,
      GuardedBuffer.Place place,
      int poison,
      boolean inPlace) {
    long bytes = (long) length * c.format.bytes();
    long bits = InvertedActivation.indicatorBytes(length);
    try (Arena arena = Arena.ofConfined()) {
      GuardedBuffer indicator = new GuardedBuffer(arena, place.ofIndicator(), bits, poison);
      GuardedBuffer x = new GuardedBuffer(arena, place, bytes, poison);
      GuardedBuffer y = inPlace ? x : new GuardedBuffer(arena, place, bytes, poison);
      x.set(c.format, expected.x);
      activation.forward(c.format, x.segment(), y.segment(), indicator.segment());
      requireElements(c, expected.y, length, y, "y");
      requireBits(expected.right, length, indicator);
      if (!inPlace) {
        requireElements(c, expected.x, length, x, "x");
      }

      GuardedBuffer dy = new GuardedBuffer(arena, place, bytes, poison);
      GuardedBuffer dx = inPlace ? dy : new GuardedBuffer(arena, place, bytes, poison);
      dy.set(c.format, expected.dy);
      activation.backward(c.format, dy.segment(), y.segment(), indicator.segment(), dx.segment());
      requireElements(c, expected.dx, length, dx, "dx");
      requireElements(c, expected.y, length, y, "y");
      requireBits(expected.right, length, indicator);
      if (!inPlace) {
        requireElements(c, expected.dy, length, dy, "dy");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("allCases")
  void arraysAreAsSegments(Case c) {
    InvertedActivation activation = backend.open(c.set);
    float[] x = randomInputs(c, LONGEST, 1);
    float[] dy = randomInputs(c, LONGEST, 2);
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(LONGEST)];
    MemorySegment expectedIndicator = MemorySegment.ofArray(indicator.clone());
    MemorySegment expected = segment(c.format, x);
    activation.forward(c.format, expected, expected, expectedIndicator);
    MemorySegment expectedDx = segment(c.format, dy);
    activation.backward(c.format, expectedDx, expected, expectedIndicator, expectedDx);
    MemorySegment y;
    MemorySegment dx;
    if (c.format == FloatFormat.FP32) {
      float[] outputs = new float[LONGEST];
      float[] gradients = new float[LONGEST];
      activation.forward(x, outputs, indicator);
      activation.backward(dy, outputs, indicator, gradients);
      y = MemorySegment.ofArray(outputs);
      dx = MemorySegment.ofArray(gradients);
    } else {
      short[] outputs = patterns(c.format, x);
      short[] gradients = patterns(c.format, dy);
      activation.forward(c.format, outputs, outputs, indicator);
      activation.backward(c.format, gradients, outputs, indicator, gradients);
      y = MemorySegment.ofArray(outputs);
      dx = MemorySegment.ofArray(gradients);
    }
    assertEquals(-1, expected.mismatch(y));
    assertEquals(-1, expectedDx.mismatch(dx));
    assertEquals(-1, expectedIndicator.mismatch(MemorySegment.ofArray(indicator)));
  }

  // Values.

  @ParameterizedTest
  @MethodSource("allCases")
  void specialValues(Case c) {
    InvertedActivation activation = backend.open(c.set);
    requireSpecial(activation, c, Float.NaN, Float.NaN, false, Float.NaN);
    requireSpecial(activation, c, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, true, 1.0f);
    requireSpecial(activation, c, Float.NEGATIVE_INFINITY, -0.0f, false, 0.0f);
    float max = (float) c.format.maxValue();
    requireSpecial(activation, c, max, max, true, 1.0f);
    requireSpecial(activation, c, -max, -0.0f, false, 0.0f);
    for (float zero : new float[] {0.0f, -0.0f}) {
      Element element = Element.forward(activation, c.format, zero);
      requireSame(zero, element.y, "y of zero");
      assertTrue(element.right, "zero lies right of T");
      requireSame(0.0f, Element.backward(activation, c.format, 1.0f, zero, false), "g(±0, 0)");
    }
    for (float y : new float[] {-1.0f, 0.0f, 1.0f, Float.POSITIVE_INFINITY}) {
      for (boolean right : new boolean[] {false, true}) {
        float dx = Element.backward(activation, c.format, Float.NaN, y, right);
        requireSame(Float.NaN, dx, "dx of NaN");
      }
    }
    requireSame(
        Float.NaN, Element.backward(activation, c.format, 1.0f, Float.NaN, true), "g(NaN, 1)");
  }

  private static void requireSpecial(
      InvertedActivation activation, Case c, float x, float y, boolean right, float g) {
    Element element = Element.forward(activation, c.format, x);
    requireSame(y, element.y, "y of x = " + x);
    assertEquals(right, element.right, "indicator of x = " + x);
    requireSame(g, Element.backward(activation, c.format, 1.0f, y, right), "g of x = " + x);
  }

  /** T itself is decided in double precision, not after T is rounded to the format. */
  @ParameterizedTest
  @MethodSource("cases")
  void indicatorIsExactAroundArgmin(Case c) {
    InvertedActivation activation = backend.open(c.set);
    float nearest = c.rounded(c.argmin());
    double ulp = ulp(c.format, nearest);
    for (int k = -2; k <= 2; k++) {
      float x = (float) (nearest + k * ulp);
      assertEquals(x >= c.argmin(), Element.forward(activation, c.format, x).right, "x = " + x);
    }
  }

  /** y that rounding, or anyone, took below f(T) is f(T). */
  @ParameterizedTest
  @MethodSource("cases")
  void outputsBelowTheMinimumCountAsTheMinimum(Case c) {
    InvertedActivation activation = backend.open(c.set);
    // Above f(T) there may be no number of the format that is f(T) in fp32; below, all agree.
    float below = (float) (c.rounded(c.set.activation().minimum()) * 1.125);
    for (boolean right : new boolean[] {false, true}) {
      float expected = Element.backward(activation, c.format, 1.0f, below, right);
      double atMinimum = derivative(c, below, right);
      assertEquals(
          atMinimum, expected, bound(c, atMinimum, below, right) + ulp(c.format, expected));
      for (float y : new float[] {2 * below, -100.0f, (float) -c.format.maxValue()}) {
        requireSame(
            expected, Element.backward(activation, c.format, 1.0f, y, right), "g(" + y + ")");
      }
    }
  }

  /** Whatever finite y, even ones that no input has, and S the backward pass is given. */
  @ParameterizedTest
  @MethodSource("allCases")
  void finiteInputsGiveFiniteGradients(Case c) {
    InvertedActivation activation = backend.open(c.set);
    float[] y = finite(c.format.isHalf() ? all(c.format) : everyMagnitude());
    float max = (float) c.format.maxValue();
    for (float dy : new float[] {1.0f, -1.0f, 0.5f * max, -0.5f * max, Float.MIN_VALUE, 0.0f}) {
      float rounded = c.rounded(dy);
      for (boolean right : new boolean[] {false, true}) {
        float[] dx = backward(activation, c.format, fill(rounded, y.length), y, right);
        for (int i = 0; i < dx.length; i++) {
          float at = y[i];
          assertTrue(Float.isFinite(dx[i]), () -> "dy " + rounded + " y " + at + " S " + right);
        }
      }
    }
  }

  /**
   * Forward is f rounded, backward the double-precision approximant within {@link #bound}.
   *
   * <p>dx has one more rounding, of dy·g to fp32, and in 16 bits a second: below 0.51 ulp both.
   */
  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithDoublePrecision(Case c) {
    InvertedActivation activation = backend.open(c.set);
    float[] x = sweep(c);
    MemorySegment y = segment(c.format, x);
    MemorySegment indicator = indicator(x.length);
    activation.forward(c.format, y, y, indicator);
    float[] dy = randomInputs(c, x.length, 2);
    MemorySegment dx = segment(c.format, dy);
    activation.backward(c.format, dx, y, indicator, dx);
    double largestRatio = 0;
    for (int i = 0; i < x.length; i++) {
      float output = GuardedBuffer.get(c.format, y, i);
      boolean right = x[i] >= c.argmin();
      assertEquals(right, bit(indicator, i), "x = " + x[i]);
      requireOutput(c, x[i], output);
      double g = derivative(c, output, right);
      double found = GuardedBuffer.get(c.format, dx, i);
      if (Double.isFinite(dy[i]) && !Float.isNaN(output)) {
        double gradient = dy[i] * g;
        double bound = StrictMath.abs(dy[i]) * bound(c, g, output, right);
        bound += 0.51 * ulp(c.format, StrictMath.abs(gradient) + bound);
        if (StrictMath.abs(gradient) + bound <= c.format.maxValue()) {
          double error = StrictMath.abs(found - gradient);
          String message = "x " + x[i] + " y " + output + " dy " + dy[i] + ": " + found + " for ";
          assertTrue(error <= bound, message + gradient);
          largestRatio = StrictMath.max(largestRatio, error / bound);
        }
      }
    }
    assertTrue(largestRatio > 0.1, "the bound is far too wide: " + largestRatio);
  }

  /** y is f(x) to 2 ulp in fp32; in 16 bits these move a tie by less than 0.001 ulp. */
  private static void requireOutput(Case c, float x, float y) {
    double exact = c.set.activation().value(x);
    double bound = c.format.isHalf() ? 0.501 : 2;
    if (c.rounded(exact) != y) {
      assertEquals(exact, y, bound * ulp(c.format, exact), "y of " + x);
    }
  }

  /** Every input there is. */
  @ParameterizedTest
  @MethodSource("halfCases")
  void everyInputOf16Bits(Case c) {
    InvertedActivation activation = backend.open(c.set);
    Activation f = c.set.activation();
    float[] x = all(c.format);
    MemorySegment y = segment(c.format, x);
    MemorySegment indicator = indicator(x.length);
    activation.forward(c.format, y, y, indicator);
    MemorySegment g = segment(c.format, fill(1.0f, x.length));
    activation.backward(c.format, g, y, indicator, g);
    int misrounded = 0;
    int finite = 0;
    double maxError = 0;
    float maxErrorAt = Float.NaN;
    double squares = 0;
    for (int i = 0; i < x.length; i++) {
      float output = GuardedBuffer.get(c.format, y, i);
      float derivative = GuardedBuffer.get(c.format, g, i);
      boolean right = x[i] >= c.argmin();
      assertEquals(right, bit(indicator, i), "indicator of " + x[i]);
      if (!Float.isFinite(x[i])) {
        continue;
      }
      finite++;
      float exact = c.rounded(value(f, x[i]));
      if (output != exact) {
        misrounded++;
        assertEquals(exact, output, 1.001 * ulp(c.format, exact), "y of " + x[i]);
      }
      double approximate = derivative(c, output, right);
      double own = bound(c, approximate, output, right);
      double rounding = own + 0.51 * ulp(c.format, StrictMath.abs(approximate) + own);
      double error = StrictMath.abs(derivative - f.derivative(x[i]));
      double unavoidable = StrictMath.abs(approximate - f.derivative(x[i]));
      assertTrue(error <= unavoidable + rounding, () -> "g(" + output + ") is " + derivative);
      squares += error * error;
      if (error > maxError) {
        maxError = error;
        maxErrorAt = x[i];
      }
    }
    double rms = StrictMath.sqrt(squares / finite);
    String found =
        c
            + ": "
            + misrounded
            + " outputs misrounded, error of g "
            + maxError
            + " at "
            + maxErrorAt
            + ", RMS "
            + rms;
    HalfFigures figures = HALF_FIGURES.get(c.toString());
    assertEquals(figures.misroundedOutputs, misrounded, found);
    assertTrue(maxError <= figures.maxError && rms <= figures.rmsError, found);
  }

  /** f(x) = x/2 + f″(0)/2·x² + …, which breaks ties even where x/2 is all that doubles hold. */
  private static double value(Activation f, double x) {
    return x != 0 && StrictMath.abs(x) < 0x1p-60 ? Math.nextUp(0.5 * x) : f.value(x);
  }

  // Arguments.

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
      activation.forward(FloatFormat.FP32, s.get(0), s.get(1), s.get(2));
    } else {
      activation.backward(FloatFormat.FP32, s.get(0), s.get(1), s.get(2), s.get(3));
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
    activation.forward(FloatFormat.FP32, empty, empty, empty);
    activation.backward(FloatFormat.FP32, empty, region.asSlice(0, 0), empty, empty);
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
            () -> activation.forward(FloatFormat.FP64, s, s, bits),
            () -> activation.backward(FloatFormat.FP64, s, s, bits, s),
            () -> activation.forward(FloatFormat.FP32, shorts, shorts, bytes),
            () -> activation.backward(FloatFormat.FP32, shorts, shorts, bytes, shorts));
    for (Executable call : calls) {
      String message = assertThrows(IllegalArgumentException.class, call).getMessage();
      assertTrue(message.startsWith("format fp") && message.contains("use "), message);
    }
  }

  @Test
  void missingArraysAreRefused() {
    InvertedActivation a = backend.open(sets().getFirst());
    FloatFormat half = FloatFormat.BF16;
    float[] floats = new float[1];
    short[] shorts = new short[1];
    byte[] bits = new byte[1];
    requireMissing("x", () -> a.forward(null, floats, bits));
    requireMissing("y", () -> a.forward(floats, null, bits));
    requireMissing("indicator", () -> a.forward(floats, floats, null));
    requireMissing("dy", () -> a.backward(null, floats, bits, floats));
    requireMissing("dx", () -> a.backward(floats, floats, bits, null));
    requireMissing("format", () -> a.forward(null, shorts, shorts, bits));
    requireMissing("x", () -> a.forward(half, null, shorts, bits));
    requireMissing("dx", () -> a.backward(half, shorts, shorts, bits, null));
  }

  private static void requireMissing(String name, Executable call) {
    assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
  }

  // Resources.

  /**
   * Below one byte a call: the allocation of a call would be 16 at least.
   *
   * <p>The object through which a segment shows its array goes when the compiler inlines the look,
   * which it does unless less than one in a hundred has found such an array: hence the order.
   */
  @ParameterizedTest
  @MethodSource("allCases")
  void callsAllocateNothing(Case c) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocations");
    InvertedActivation activation = backend.open(c.set);
    int calls = 10_000;
    try (Arena arena = Arena.ofConfined()) {
      for (GuardedBuffer.Place place : GuardedBuffer.Place.naturalFirst(c.format)) {
        MemorySegment x = new GuardedBuffer(arena, place, 48L * c.format.bytes(), 0x5A).segment();
        MemorySegment y = new GuardedBuffer(arena, place, 48L * c.format.bytes(), 0x5A).segment();
        MemorySegment indicator = new GuardedBuffer(arena, place.ofIndicator(), 6, 0x5A).segment();
        long allocated = Long.MAX_VALUE;
        // The first rounds are interpreted, and compiling them may count.
        for (int round = 0; round < 30 && allocated >= calls; round++) {
          long before = threads.getCurrentThreadAllocatedBytes();
          for (int call = 0; call < calls; call++) {
            activation.forward(c.format, x, y, indicator);
            activation.forward(c.format, y, y, indicator);
            activation.backward(c.format, x, y, indicator, x);
          }
          allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertTrue(allocated < calls, place + ": " + allocated + " bytes in " + calls + " calls");
      }
    }
  }

  /**
   * Elements beyond 2³¹: takes 9 GB and minutes, {@code
   * JAVA_TOOL_OPTIONS=-XX:MaxDirectMemorySize=10g mvn test -Dinvact.large=true
   * -Dtest=ScalarContractTest}.
   */
  @Test
  void moreElementsThanAnIntCounts() {
    assumeTrue(Boolean.getBoolean("invact.large"), "asked for with -Dinvact.large=true");
    Case c = new Case(sets().getFirst(), FloatFormat.BF16);
    InvertedActivation activation = backend.open(c.set);
    long elements = (1L << 31) + 9;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment y = arena.allocate(elements * c.format.bytes());
      MemorySegment indicator = arena.allocate(InvertedActivation.indicatorBytes(elements));
      long[] places = {0, (1L << 30) + 1, (1L << 31) - 1, 1L << 31, elements - 1};
      float[] x = {-2.0f, 3.0f, -1.0f, 0.5f, -0.25f};
      y.fill((byte) 0xC0);
      indicator.fill((byte) 0xFF);
      for (int k = 0; k < places.length; k++) {
        GuardedBuffer.set(c.format, y, places[k], x[k]);
      }
      activation.forward(c.format, y, y, indicator);
      for (int k = 0; k < places.length; k++) {
        Element expected = Element.forward(activation, c.format, x[k]);
        requireSame(expected.y, GuardedBuffer.get(c.format, y, places[k]), "y");
        assertEquals(expected.right, bit(indicator, places[k]), "indicator");
      }
      assertEquals(1, indicator.get(JAVA_BYTE, elements / Byte.SIZE), "the last byte");
      MemorySegment dx = arena.allocate(elements * c.format.bytes());
      dx.fill((byte) 0x3F);
      float dy = GuardedBuffer.get(c.format, dx, 0);
      activation.backward(c.format, dx, y, indicator, dx);
      for (int k = 0; k < places.length; k++) {
        Element element = Element.forward(activation, c.format, x[k]);
        requireSame(
            Element.backward(activation, c.format, dy, element.y, element.right),
            GuardedBuffer.get(c.format, dx, places[k]),
            "dx");
      }
    }
  }

  // The reference: double precision, one element at a time.

  private static BranchApproximant approximant(Case c, boolean right) {
    return c.set.piece(right ? Branch.RIGHT : Branch.LEFT).approximant();
  }

  /** g as {@link BranchApproximant} has it, once y below f(T) counts as f(T). */
  private static double derivative(Case c, double y, boolean right) {
    if (y >= 0 && !right) {
      return 0;
    }
    return y == Double.POSITIVE_INFINITY ? 1 : derivative(c, y, right, 0);
  }

  /** The same at a lift that is off by some. */
  private static double derivative(Case c, double y, boolean right, double shift) {
    BranchApproximant approximant = approximant(c, right);
    RoundedLift lift = RoundedLift.of(c.set.activation(), c.format);
    double exact = y - lift.minimum() - lift.offset();
    double u = StrictMath.max(exact, lift.least()) + shift;
    return approximant
        .target()
        .derivative(
            approximant.approximant().value(StrictMath.max(u, 0)),
            StrictMath.max(y, lift.minimum()));
  }

  /**
   * How far g in fp32 may be from g in double precision.
   *
   * <p>The lift is off by the roundings of its two subtractions and of the quotient, an ulp of f(T)
   * at most. Where g is steep, next to T (a root) and next to y = 0 (a power), that is most of the
   * error, and it is taken from g itself: g at lifts one ulp of f(T) away. Everything else is a
   * rounding of a number of the size of g or of y·(1 − q).
   */
  private static double bound(Case c, double g, double y, boolean right) {
    if (g == 0 || Double.isInfinite(y)) {
      return 0;
    }
    double ulp = StrictMath.ulp((float) c.set.activation().minimum());
    double shift =
        StrictMath.max(
            StrictMath.abs(derivative(c, y, right, -ulp) - g),
            StrictMath.abs(derivative(c, y, right, ulp) - g));
    return shift + ROUNDINGS_OF_G * 0x1p-24 * (1 + StrictMath.abs(y));
  }

  private static double ulp(FloatFormat format, double value) {
    int least = format == FloatFormat.FP16 ? -14 : Float.MIN_EXPONENT;
    int exponent = StrictMath.max(StrictMath.getExponent(value), least);
    return StrictMath.scalb(1.0, exponent - (format.precision() - 1));
  }

  /** One element by itself. */
  private record Element(float y, boolean right) {
    static Element forward(InvertedActivation activation, FloatFormat format, float x) {
      MemorySegment y = segment(format, x);
      MemorySegment indicator = indicator(1);
      activation.forward(format, y, y, indicator);
      return new Element(GuardedBuffer.get(format, y, 0), bit(indicator, 0));
    }

    static float backward(
        InvertedActivation activation, FloatFormat format, float dy, float y, boolean right) {
      return InvertedActivationContract.backward(
          activation, format, new float[] {dy}, new float[] {y}, right)[0];
    }
  }

  private static float[] backward(
      InvertedActivation activation, FloatFormat format, float[] dy, float[] y, boolean right) {
    MemorySegment dx = segment(format, dy);
    MemorySegment indicator = indicator(y.length);
    indicator.fill((byte) (right ? 0xFF : 0));
    activation.backward(format, dx, segment(format, y), indicator, dx);
    float[] result = new float[y.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = GuardedBuffer.get(format, dx, i);
    }
    return result;
  }

  private static void requireElements(
      Case c, float[] expected, int length, GuardedBuffer buffer, String name) {
    for (int i = 0; i < length; i++) {
      requireSame(expected[i], buffer.get(c.format, i), name + " of element " + i);
    }
    buffer.requireGuards(name);
  }

  private static void requireBits(boolean[] expected, int length, GuardedBuffer buffer) {
    for (int i = 0; i < buffer.segment().byteSize() * Byte.SIZE; i++) {
      boolean bit = i < length && expected[i];
      assertEquals(bit, bit(buffer.segment(), i), "bit " + i + " of " + length);
    }
    buffer.requireGuards("indicator");
  }

  /** Bit for bit, but that all NaNs are one. */
  private static void requireSame(float expected, float found, String what) {
    assertEquals(
        Float.floatToIntBits(expected),
        Float.floatToIntBits(found),
        () -> what + " is " + found + ", not " + expected);
  }

  // Inputs.

  /** Normal numbers of spread 3, one in ten replaced by one of odd size. */
  private static float[] randomInputs(Case c, int length, long seed) {
    float max = (float) c.format.maxValue();
    float[] odd = {
      0.0f,
      -0.0f,
      max,
      -max,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      1e-4f,
      -1e-4f,
      (float) c.argmin(),
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN
    };
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] =
          c.rounded(
              random.nextInt(10) == 0
                  ? odd[random.nextInt(odd.length)]
                  : 3 * random.nextGaussian());
    }
    return x;
  }

  /** Evenly spread, then towards T, 0 and the ends of the format by halves. */
  private static float[] sweep(Case c) {
    List<Double> x = new ArrayList<>();
    for (int i = -20 * 512; i <= 20 * 512; i++) {
      x.add(i / 512.0);
    }
    for (double k = -149; k <= 127; k += 0.125) {
      double size = StrictMath.pow(2, k);
      x.addAll(List.of(size, -size, c.argmin() + size, c.argmin() - size));
    }
    float[] rounded = new float[x.size()];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = c.rounded(x.get(i));
    }
    return finite(rounded);
  }

  /** 64 numbers of fp32 in every binade, of both signs. */
  private static float[] everyMagnitude() {
    float[] values = new float[1 << 15];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(i << 17);
    }
    return values;
  }

  private static float[] all(FloatFormat format) {
    float[] values = new float[1 << Short.SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = format.decode((short) i);
    }
    return values;
  }

  private static float[] finite(float[] values) {
    int count = 0;
    float[] finite = new float[values.length];
    for (float value : values) {
      if (Float.isFinite(value)) {
        finite[count++] = value;
      }
    }
    return Arrays.copyOf(finite, count);
  }

  private static float[] fill(float value, int length) {
    float[] values = new float[length];
    Arrays.fill(values, value);
    return values;
  }

  private static short[] patterns(FloatFormat format, float[] values) {
    return segment(format, values).toArray(JAVA_SHORT_UNALIGNED);
  }

  private static MemorySegment segment(FloatFormat format, float... values) {
    MemorySegment segment = MemorySegment.ofArray(new byte[values.length * format.bytes()]);
    for (int i = 0; i < values.length; i++) {
      GuardedBuffer.set(format, segment, i, values[i]);
    }
    return segment;
  }

  private static MemorySegment indicator(int elements) {
    return MemorySegment.ofArray(new byte[(int) InvertedActivation.indicatorBytes(elements)]);
  }

  private static boolean bit(MemorySegment indicator, long i) {
    return (indicator.get(JAVA_BYTE, i / Byte.SIZE) >> (i % Byte.SIZE) & 1) != 0;
  }
}
