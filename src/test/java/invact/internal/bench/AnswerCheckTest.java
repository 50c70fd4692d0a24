package invact.internal.bench;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.coefficients.internal.ShippedSets;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One wrong bit in a window is found; what is looked at first, last and between is in one. */
class AnswerCheckTest {
  private static final Dtype FORMAT = Dtype.BF16;

  /** Too long to be looked at whole. */
  private static final int ELEMENTS = 1_000_003;

  private final InvertedActivation scalar =
      Backends.of("scalar").open(ShippedSets.load("gelu-bf16"));

  private final AnswerCheck check = new AnswerCheck(FORMAT, ELEMENTS);

  @ParameterizedTest
  @ValueSource(ints = {0, 4095, ELEMENTS / 16 * 5 + 17, ELEMENTS - 1})
  void aWrongAnswerIsFound(int i) {
    try (Tensors tensors = new Tensors(FORMAT, ELEMENTS)) {
      MemorySegment x = tensors.normal(1);
      MemorySegment dy = tensors.normal(2);
      MemorySegment y = tensors.zeros();
      MemorySegment dx = tensors.zeros();
      MemorySegment indicator = tensors.indicator();
      scalar.forward(FORMAT, x, y, indicator);
      scalar.backward(FORMAT, dy, y, indicator, dx);

      check.forward("forward", scalar, x, y, indicator);
      check.backward("backward", scalar, dy, y, indicator, dx);
      check.baselineForward("forward", Activations.GELU, x, y);
      flipLowest(dx, i);
      assertWrong(() -> check.backward("backward", scalar, dy, y, indicator, dx));
      flipLowest(y, i);
      assertWrong(() -> check.forward("forward", scalar, x, y, indicator));
      flipLowest(y, i);
      indicator.set(
          ValueLayout.JAVA_BYTE,
          i / Byte.SIZE,
          (byte) (indicator.get(ValueLayout.JAVA_BYTE, i / Byte.SIZE) ^ 1 << i % Byte.SIZE));
      assertWrong(() -> check.forward("forward", scalar, x, y, indicator));
    }
  }

  @Test
  void aPeerThatComputesAnotherFunctionIsFound() {
    try (Tensors tensors = new Tensors(FORMAT, ELEMENTS)) {
      MemorySegment x = tensors.normal(1);
      MemorySegment y = tensors.zeros();
      MemorySegment indicator = tensors.indicator();
      scalar.forward(FORMAT, x, y, indicator);
      assertWrong(() -> check.baselineForward("forward", Activations.SILU, x, y));
      assertWrong(() -> check.baselineBackward("backward", Activations.GELU, x, x, y));
    }
  }

  private static void flipLowest(MemorySegment tensor, int i) {
    tensor.setAtIndex(
        ValueLayout.JAVA_SHORT, i, (short) (tensor.getAtIndex(ValueLayout.JAVA_SHORT, i) ^ 1));
  }

  private static void assertWrong(Runnable check) {
    String message = assertThrows(BenchmarkException.class, check::run).getMessage();
    assertTrue(message.contains("ward in bf16 "), message);
  }
}
