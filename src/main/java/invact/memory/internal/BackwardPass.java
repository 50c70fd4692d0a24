package invact.memory.internal;

import invact.memory.internal.Tape.Saved;
import invact.memory.internal.Tape.Step;
import invact.memory.internal.Tape.Storage;
import invact.memory.internal.Tape.Tensor;
import invact.memory.internal.Tape.Weight;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The backward pass, step by step: what a step has saved is freed after it, gradients of its inputs
 * and of its parameters come, that of its output goes. Checkpointed layers are computed again
 * first.
 */
final class BackwardPass {
  /** A gradient, which several tensors share after a sum. */
  private static final class Gradient {
    final long bytes;
    int users = 1;

    Gradient(long bytes) {
      this.bytes = bytes;
    }
  }

  private final Tape tape;
  private final Map<Storage, Integer> holders = new HashMap<>();
  private final Map<Tensor, Gradient> gradients = new HashMap<>();
  private final Set<Weight> trained = new HashSet<>();
  private long live;
  private long peak;

  private BackwardPass(Tape tape) {
    this.tape = tape;
  }

  /**
   * The most bytes above parameters that a step has at a time, gradients of parameters included.
   */
  static long peak(Tape tape) {
    return new BackwardPass(tape).run();
  }

  private long run() {
    List<Step> steps = tape.steps();
    for (Step step : steps) {
      if (step.segment < 0) {
        hold(step);
      }
    }
    peak = live;
    int recomputed = -1;
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step step = steps.get(i);
      if (step.segment >= 0 && step.segment != recomputed) {
        recomputed = step.segment;
        for (int j = i; j >= 0 && steps.get(j).segment == recomputed; j--) {
          hold(steps.get(j));
        }
        mark(0);
      }
      back(step);
    }
    return peak;
  }

  private void hold(Step step) {
    for (Saved saved : step.saved) {
      if (holders.merge(saved.storage(), 1, Integer::sum) == 1) {
        live += saved.storage().bytes;
      }
    }
  }

  private void mark(long beside) {
    peak = Math.max(peak, live + beside);
  }

  private void back(Step step) {
    Gradient given = null;
    for (Tensor output : step.writes) {
      given = gradients.remove(output.root());
    }
    long workspace = step.workspace;
    for (Weight weight : step.weights) {
      long bytes = weight.elements() * tape.precision.parameterBytes();
      if (trained.add(weight)) {
        live += bytes;
      } else {
        workspace += bytes;
      }
    }
    for (Tensor input : step.reads) {
      if (input.trained) {
        Tensor root = input.root();
        boolean passes = step.passesGradient && given != null && given.bytes == root.size();
        if (passes) {
          given.users++;
        } else {
          live += root.size();
        }
        Gradient fresh = passes ? given : new Gradient(root.size());
        Gradient earlier = gradients.putIfAbsent(root, fresh);
        if (earlier != null) {
          add(root, earlier, fresh, workspace);
        }
      }
    }
    mark(workspace);
    if (given != null) {
      release(given);
    }
    for (Saved saved : step.saved) {
      if (holders.merge(saved.storage(), -1, Integer::sum) == 0) {
        live -= saved.storage().bytes;
      }
    }
  }

  /** Adds a gradient to an earlier one: in its place, unless others use that. */
  private void add(Tensor root, Gradient earlier, Gradient fresh, long workspace) {
    if (earlier.users > 1) {
      Gradient sum = new Gradient(earlier.bytes);
      live += sum.bytes;
      gradients.put(root, sum);
      mark(workspace);
      release(earlier);
    } else {
      mark(workspace);
    }
    release(fresh);
  }

  private void release(Gradient gradient) {
    if (--gradient.users == 0) {
      live -= gradient.bytes;
    }
  }
}
