package invact.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RoundsTest {
  @Test
  void spreadIsTheMedianAndTheFifths() {
    assertEquals(new Spread(6, 3, 9), Spread.of(11, 1, 10, 2, 9, 3, 8, 4, 7, 5, 6));
    assertEquals(new Spread(4, 4, 4), Spread.of(2).times(2));
  }

  /** A pass too short for the clock is repeated within its turn, a long one is not. */
  @Test
  void shortPassesAreRepeatedInTheirTurn() {
    AtomicLong shortCalls = new AtomicLong();
    AtomicLong longCalls = new AtomicLong();
    List<Spread> nanos =
        Rounds.time(
            List.of(shortCalls::incrementAndGet),
            List.of(() -> {
              longCalls.incrementAndGet();
              long end = System.nanoTime() + 3_000_000;
              while (System.nanoTime() < end) {
                Thread.onSpinWait();
              }
            }));
    assertTrue(shortCalls.get() > 100 * longCalls.get(), shortCalls + " " + longCalls);
    assertTrue(nanos.get(1).low() >= 3e6, nanos::toString);
  }
}
