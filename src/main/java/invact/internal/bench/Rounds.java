package invact.internal.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Times several passes that take turns, so that whatever slows the machine for a while slows all of
 * them. In a round a baseline's passes follow on all of ours, and then comes a pause: OpenMP's
 * threads spin for about 20 ms after a pass, and would take processors from the next one.
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

  /** libgomp spins 300 000 times before its threads sleep: some 20 ms. */
  private static final long PAUSE_NANOS = 50_000_000;

  private final List<Runnable> passes;
  private final boolean withBaselines;
  private final int[] calls;

  private Rounds(List<Runnable> passes, boolean withBaselines) {
    this.passes = passes;
    this.withBaselines = withBaselines;
    calls = new int[passes.size()];
    Arrays.fill(calls, 1);
  }

  /** The nanoseconds that one call of each pass takes, ours first, then the baseline's. */
  static List<Spread> time(List<Runnable> ours, List<Runnable> baselines) {
    List<Runnable> passes = new ArrayList<>(ours);
    passes.addAll(baselines);
    Rounds rounds = new Rounds(passes, !baselines.isEmpty());
    rounds.warmUp();
    return rounds.time();
  }

  /** Runs the passes until they are as fast as they get, and finds how many calls fill a turn. */
  private void warmUp() {
    long end = System.nanoTime() + WARM_UP_NANOS * calls.length;
    for (int round = 0; round < WARM_UP_ROUNDS || System.nanoTime() < end; round++) {
      long[] nanos = round();
      for (int p = 0; p < calls.length; p++) {
        calls[p] = (int) Math.max(1, LEAST_NANOS * calls[p] / Math.max(1, nanos[p]));
      }
    }
  }

  private List<Spread> time() {
    double[][] nanos = new double[calls.length][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long[] turns = round();
      for (int p = 0; p < calls.length; p++) {
        nanos[p][round] = (double) turns[p] / calls[p];
      }
    }
    return Arrays.stream(nanos).map(Spread::of).toList();
  }

  /** The nanoseconds of each turn. */
  private long[] round() {
    if (withBaselines) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    long[] nanos = new long[calls.length];
    for (int p = 0; p < calls.length; p++) {
      Runnable pass = passes.get(p);
      long start = System.nanoTime();
      for (int call = 0; call < calls[p]; call++) {
        pass.run();
      }
      nanos[p] = System.nanoTime() - start;
    }
    return nanos;
  }
}
