package invact.cli;

import java.io.PrintStream;
import java.util.Timer;
import java.util.TimerTask;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * A progress bar on stderr, shown after a second of work. There is none where stderr is no
 * terminal; the launcher sets the property {@code invact.terminal} where it is one.
 */
final class Progress implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 1000;

  private final String task;
  private final int steps;
  private final PrintStream terminal;
  private final Timer timer;
  private ProgressBar bar;
  private int done;

  private Progress(String task, int steps, PrintStream terminal) {
    this.task = task;
    this.steps = steps;
    this.terminal = terminal;
    timer = terminal == null ? null : new Timer("progress", true);
  }

  /** The progress of a task of some steps; {@link #step} is called after each. */
  static Progress of(String task, int steps) {
    boolean isTerminal = Boolean.getBoolean("invact.terminal");
    Progress progress = new Progress(task, steps, isTerminal ? System.err : null);
    if (isTerminal) {
      progress.timer.schedule(
          new TimerTask() {
            @Override
            public void run() {
              progress.show();
            }
          },
          PATIENCE_MILLIS);
    }
    return progress;
  }

  synchronized void step() {
    done++;
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  @Override
  public synchronized void close() {
    if (timer != null) {
      timer.cancel();
    }
    if (bar != null) {
      bar.close();
    }
    done = steps;
  }

  private synchronized void show() {
    if (done < steps) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(steps)
              .setConsumer(new ConsoleProgressBarConsumer(terminal))
              .build();
      bar.stepTo(done);
    }
  }
}
