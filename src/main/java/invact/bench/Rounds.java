package invact.bench;

import java.util.Arrays;
import java.util.List;

/**
 * Times several passes that take turns, so that whatever slows the machine for a while slows all of
 * them.
 *
 * <p>Before anything counts, the passes take turns until the compiler has settled: {@value
 * #WARM_UP_ROUNDS} rounds, or more for as long as there are {@value #WARM_UP_NANOS} ns for each
 * pass. Then {@value #ROUNDS} rounds are timed. A pass that is shorter than {@value #LEAST_NANOS}
 * ns is repeated within its turn until the clock can tell.
 */
final class Rounds {
  private static final int WARM_UP_ROUNDS = 6;
  private static final long WARM_UP_NANOS = 300_000_000;
  private static final int ROUNDS = 21;
  private static final long LEAST_NANOS = 1_000_000;

  private Rounds() {}

  /** The nanoseconds that one call of each pass takes. */
  static List<Spread> time(List<Runnable> passes) {
    int[] calls = warmUp(passes);
    double[][] nanos = new double[passes.size()][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      for (int p = 0; p < calls.length; p++) {
        nanos[p][round] = (double) nanos(passes.get(p), calls[p]) / calls[p];
      }
    }
    return Arrays.stream(nanos).map(Spread::of).toList();
  }

  /** Runs the passes until they are as fast as they get, and says how many calls fill a turn. */
  private static int[] warmUp(List<Runnable> passes) {
    int[] calls = new int[passes.size()];
    Arrays.fill(calls, 1);
    long end = System.nanoTime() + WARM_UP_NANOS * passes.size();
    for (int round = 0; round < WARM_UP_ROUNDS || System.nanoTime() < end; round++) {
      for (int p = 0; p < calls.length; p++) {
        long nanos = Math.max(1, nanos(passes.get(p), calls[p]));
        calls[p] = (int) Math.max(1, LEAST_NANOS * calls[p] / nanos);
      }
    }
    return calls;
  }

  private static long nanos(Runnable pass, int calls) {
    long start = System.nanoTime();
    for (int call = 0; call < calls; call++) {
      pass.run();
    }
    return System.nanoTime() - start;
  }
}
