package invact.fit.internal;

import invact.fit.FitException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Independent pieces of work side by side on all processors. Results come in the order of the tasks
 * and do not depend on the number of processors.
 */
public final class OrderedTasks {
  private OrderedTasks() {}

  /**
   * Works on all tasks.
   *
   * @param <T> a task
   * @param <R> its result
   * @param tasks the tasks
   * @param work what is done with each, on any thread
   * @param done told each result on the calling thread, in the order of the tasks, as soon as it
   *     and all before it are there
   * @return the results, in the order of the tasks
   * @throws FitException if the calling thread is interrupted
   * @throws RuntimeException what the first task that failed threw; no further task is begun then
   */
  public static <T, R> List<R> run(List<T> tasks, Function<T, R> work, Consumer<R> done) {
    int threads = StrictMath.min(tasks.size(), Runtime.getRuntime().availableProcessors());
    try (ExecutorService executor = Executors.newFixedThreadPool(StrictMath.max(1, threads))) {
      try {
        List<Future<R>> futures =
            tasks.stream().map(task -> executor.submit(() -> work.apply(task))).toList();
        List<R> results = new ArrayList<>();
        for (Future<R> future : futures) {
          R result = future.get();
          results.add(result);
          done.accept(result);
        }
        return results;
      } finally {
        executor.shutdownNow();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FitException("interrupted", e);
    }
  }
}
