package invact.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackendsTest {
  private record Named(String name, Optional<String> obstacle) implements Backend {
    @Override
    public InvertedActivation open(CoefficientSet set) {
      throw new AssertionError("only a choice is tested");
    }

    @Override
    public GatedUnit gatedUnit(Activation activation) {
      throw new AssertionError("only a choice is tested");
    }
  }

  private static final Backend BLOCKED = new Named("fast", Optional.of("type --fast"));
  private static final Backend PLAIN = new Named("plain", Optional.empty());

  @Test
  void autoFallsBack() {
    assertSame(PLAIN, Backends.choose("auto", List.of(BLOCKED, PLAIN)));
  }

  @Test
  void autoTakesTheFirstThatRuns() {
    Backend first = new Named("first", Optional.empty());
    assertSame(first, Backends.choose("auto", List.of(first, PLAIN)));
  }

  @Test
  void nameThatIsUnavailableIsAnErrorWithItsRemedy() {
    assertEquals(
        "backend fast is not available: type --fast",
        assertThrows(
                IllegalStateException.class, () -> Backends.choose("fast", List.of(BLOCKED, PLAIN)))
            .getMessage());
  }

  @Test
  void unknownNameIsAnErrorThatListsTheKnown() {
    assertEquals(
        "unknown backend 'quick': use auto, fast, plain",
        assertThrows(
                IllegalArgumentException.class,
                () -> Backends.choose("quick", List.of(BLOCKED, PLAIN)))
            .getMessage());
  }

  @Test
  void scalarIsLastAndAlwaysRuns() {
    Backend last = Backends.all().getLast();
    assertEquals("scalar", last.name());
    assertEquals(Optional.empty(), last.obstacle());
    assertSame(last, Backends.of("scalar"));
  }
}
