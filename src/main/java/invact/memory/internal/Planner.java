package invact.memory.internal;

import invact.memory.internal.Tape.Convertible;
import invact.memory.internal.Tape.Module;
import invact.memory.internal.Tape.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Decides which modules a conversion changes, as {@code invact_torch.convert} does: all that can be
 * are converted, and those stay whose own share of what is held falls by too little.
 */
final class Planner {
  /** An activation or a norm stays converted if its share falls by more than this part of y. */
  private static final double LEAST_GAIN = 1.0 / 16;

  private final Plan plan;
  private final List<Prediction.Left> left;

  private Planner(Plan plan, List<Prediction.Left> left) {
    this.plan = plan;
    this.left = left;
  }

  /** What is done in the end. */
  Plan plan() {
    return plan;
  }

  /** What stays as it is although the mode could change it. */
  List<Prediction.Left> left() {
    return left;
  }

  /**
   * Plans a mode.
   *
   * @param start the mode, with nothing known of readers
   * @param run writes the forward pass of a plan
   */
  static Planner of(Plan start, Function<Plan, Tape> run) {
    if (!start.mode().convertsActivations()) {
      return new Planner(start, List.of());
    }
    Tape before = run.apply(Plan.of(Mode.NATIVE, start.fusedLoss(), start.eager()));
    Set<String> products = new LinkedHashSet<>();
    Set<String> unfit = new LinkedHashSet<>();
    before
        .modules()
        .forEach((name, module) -> {
          if (module.output().readers().equals(Set.of(Role.PRODUCT))) {
            products.add(name);
          } else if (start.mode() == Mode.RECOMPUTE) {
            // Only a Linear frees its input.
            unfit.add(name);
          }
        });
    Plan all = start.withReaders(products).leaving(unfit);
    Map<String, Double> had = before.shares();
    Map<String, Double> have = run.apply(all).shares();
    Set<String> stays = new LinkedHashSet<>(unfit);
    before
        .modules()
        .forEach((name, module) -> {
          double freed = start.mode() == Mode.RECOMPUTE ? module.output().size() : 0;
          double gain = had.getOrDefault(name, 0.0) - have.getOrDefault(name, 0.0) + freed;
          boolean pays =
              switch (module.type()) {
                case UNIT -> true;
                case ACTIVATION -> gain > LEAST_GAIN * module.output().size();
                case NORM ->
                    start.mode() != Mode.NORMS || gain > LEAST_GAIN * module.output().size();
                case EXPERTS, FUNCTION -> false;
              };
          if (!pays) {
            stays.add(name);
          }
        });
    return new Planner(all.leaving(stays), left(start.mode(), before.modules(), stays));
  }

  private static List<Prediction.Left> left(
      Mode mode, Map<String, Module> modules, Set<String> stays) {
    Map<List<String>, Integer> counts = new LinkedHashMap<>();
    for (String name : stays) {
      Module module = modules.get(name);
      if (module.type() != Convertible.NORM || mode == Mode.NORMS) {
        counts.merge(
            List.of(name.replaceAll("(?<=\\.)\\d+(?=\\.)", "*"), reason(module)), 1, Integer::sum);
      }
    }
    List<Prediction.Left> left = new ArrayList<>();
    counts.forEach((key, count) -> left.add(new Prediction.Left(key.get(0), count, key.get(1))));
    return left;
  }

  private static String reason(Module module) {
    return switch (module.type()) {
      case EXPERTS -> "experts with 3-D weights are not converted";
      case FUNCTION -> "it is called as a function and is no module";
      default ->
          module.output().readers().contains(Role.DROPOUT)
              ? "dropout lies between it and the next Linear"
              : "no Linear keeps its output";
    };
  }
}
