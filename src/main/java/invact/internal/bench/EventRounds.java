package invact.internal.bench;

import invact.runtime.cuda.Context;
import invact.runtime.cuda.Stream;
import invact.runtime.cuda.internal.DriverContext;
import invact.runtime.cuda.internal.Event;
import java.util.Arrays;
import java.util.List;

/**
 * Times passes on a device by events around single runs. The passes take turns, so that whatever
 * slows the card for a while slows all of them.
 */
final class EventRounds {
  /** Until the clocks have settled: after 30 ms the first passes came out 1 % slower on an H100. */
  private static final long WARM_UP_NANOS = 1_000_000_000;

  private static final int ROUNDS = 101;

  private EventRounds() {}

  /** The nanoseconds of each pass. */
  static List<Spread> time(Context context, Stream stream, List<Runnable> passes) {
    for (long begin = System.nanoTime(); System.nanoTime() - begin < WARM_UP_NANOS; ) {
      passes.forEach(Runnable::run);
      stream.synchronize();
    }
    double[][] nanos = new double[passes.size()][ROUNDS];
    DriverContext driver = DriverContext.foreign(context.handle());
    try (Event start = new Event(driver);
        Event end = new Event(driver)) {
      for (int round = 0; round < ROUNDS; round++) {
        for (int p = 0; p < nanos.length; p++) {
          start.record(stream.handle());
          passes.get(p).run();
          end.record(stream.handle());
          end.synchronize();
          nanos[p][round] = 1e6 * end.millisSince(start);
        }
      }
    }
    return Arrays.stream(nanos).map(Spread::of).toList();
  }
}
