package invact.fit.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.fit.FitException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderedTasksTest {
  /** The first task ends last, where there are two processors; its result still comes first. */
  @Test
  void resultsComeInTheOrderOfTheTasks() {
    List<Integer> tasks = IntStream.range(0, 20).boxed().toList();
    CountDownLatch second = new CountDownLatch(1);
    boolean parallel = Runtime.getRuntime().availableProcessors() > 1;
    List<Integer> told = new ArrayList<>();
    List<Integer> results =
        OrderedTasks.run(
            tasks,
            task -> {
              if (task == 0 && parallel) {
                await(second);
              } else if (task == 1) {
                second.countDown();
              }
              return task * task;
            },
            told::add);
    assertEquals(tasks.stream().map(task -> task * task).toList(), results);
    assertEquals(results, told);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theFirstFailureIsTheOutcome() {
    List<Integer> told = new ArrayList<>();
    FitException e =
        assertThrows(
            FitException.class,
            () ->
                OrderedTasks.run(
                    List.of(1, 2, 3, 4),
                    task -> {
                      if (task >= 3) {
                        throw new FitException("task " + task);
                      }
                      return task;
                    },
                    told::add));
    assertEquals("task 3", e.getMessage());
    assertEquals(List.of(1, 2), told, "what was done before");
  }

  @Test
  void noTasksNoResults() {
    assertTrue(OrderedTasks.run(List.<Integer>of(), task -> task, result -> {}).isEmpty());
  }

  @Test
  void anInterruptedCallerStops() {
    CountDownLatch end = new CountDownLatch(1);
    Thread.currentThread().interrupt();
    assertThrows(
        FitException.class,
        () ->
            OrderedTasks.run(
                List.of(1),
                task -> {
                  // The caller is still waiting when it finds that it was interrupted.
                  assertThrows(InterruptedException.class, end::await);
                  return task;
                },
                result -> {}));
    assertTrue(Thread.interrupted(), "the caller can see that it was");
  }
}
