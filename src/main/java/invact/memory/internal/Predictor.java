package invact.memory.internal;

import invact.memory.internal.Tape.Held;
import invact.memory.internal.Tape.Role;
import invact.memory.internal.Tape.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongPredicate;

/**
 * Predicts what training steps of a model keep.
 *
 * <p>Which modules a conversion changes is decided as {@code invact_torch.convert} does it: all that
 * can be are converted, and those stay whose own share of what is held falls by too little.
 */
public final class Predictor {
  /** A module stays converted if its share falls by more than this part of its output. */
  private static final double LEAST_GAIN = 1.0 / 16;

  /** The longest sequence that is tried; beyond it bytes of masks pass 2⁶³. */
  private static final long LONGEST = 1L << 26;

  private final Model model;

  private Predictor(Model model) {
    this.model = model;
  }

  /**
   * The predictor of a configuration.
   *
   * @param config the configuration
   * @return the predictor
   * @throws MemoryException if its model is not predicted
   */
  public static Predictor of(Config config) {
    return new Predictor(Architectures.of(config));
  }

  /**
   * The class of transformers.
   *
   * @return such as {@code LlamaForCausalLM}
   */
  public String modelName() {
    return model.name();
  }

  /**
   * What a reader should know about the prediction.
   *
   * @return a sentence, or an empty text
   */
  public String note() {
    return model.note();
  }

  /**
   * Whether inputs are sequences whose length may be chosen.
   *
   * @return whether
   */
  public boolean hasSequences() {
    return model.hasSequences();
  }

  /**
   * The most tokens of a sequence, or those of a picture or sound.
   *
   * @return tokens
   */
  public long mostTokens() {
    return model.mostTokens();
  }

  /**
   * The number of parameters, tied ones once.
   *
   * @return parameters
   */
  public long parameters() {
    Tape tape = new Tape(PLAIN, Plan.of(Mode.NATIVE, false, false));
    model.run(tape, 1, 1);
    return tape.parameters();
  }

  private static final Precision PLAIN =
      new Precision(invact.numeric.Dtype.FP32, invact.numeric.Dtype.FP32);

  /**
   * Predicts one mode.
   *
   * @param request what is trained
   * @param mode how
   * @return the prediction
   * @throws MemoryException if the model has no such loss or so long a sequence
   */
  public Prediction predict(Request request, Mode mode) {
    check(request);
    Tape plain = tape(request, Plan.of(Mode.NATIVE, request.fusedLoss(), request.eager()));
    Plan plan = plan(request, mode, plain);
    Tape tape = tape(request, plan);
    return new Prediction(
        mode,
        places(tape),
        tape.byKind(),
        tape.heldBytes(),
        BackwardPass.peak(tape) - tape.byKind().getOrDefault(Kind.BATCH, 0L),
        left(plain, plan));
  }

  private void check(Request request) {
    if (request.fusedLoss() && !model.hasVocabulary()) {
      throw new MemoryException(
          model.name() + " has no loss over a vocabulary that could be fused with its last Linear");
    }
    if (model.hasSequences() && request.tokens() > model.mostTokens()) {
      throw new MemoryException(
          "sequences of "
              + request.tokens()
              + " tokens are longer than the model takes: at most "
              + model.mostTokens());
    }
  }

  private Tape tape(Request request, Plan plan) {
    Tape tape = new Tape(request.precision(), plan);
    model.run(tape, request.batch(), request.tokens());
    return tape;
  }

  private Plan plan(Request request, Mode mode, Tape plain) {
    Plan plan = Plan.of(mode, request.fusedLoss(), request.eager());
    if (!mode.convertsActivations()) {
      return plan;
    }
    Set<String> products = new LinkedHashSet<>();
    Set<String> left = new LinkedHashSet<>();
    plain
        .outputs()
        .forEach((name, y) -> {
          if (y.readers().equals(Set.of(Role.PRODUCT))) {
            products.add(name);
          } else if (mode == Mode.RECOMPUTE) {
            left.add(name);
          }
        });
    plan = plan.withReaders(products).leaving(left);
    Map<String, Double> before = plain.shares();
    Map<String, Double> after = tape(request, plan).shares();
    plain
        .outputs()
        .forEach((name, y) -> {
          double freed = mode == Mode.RECOMPUTE && !isNorm(name) ? y.size() : 0;
          double gain = before.getOrDefault(name, 0.0) - after.getOrDefault(name, 0.0) + freed;
          if (!isUnit(before, name) && gain <= LEAST_GAIN * y.size()) {
            left.add(name);
          }
        });
    return plan.leaving(left);
  }

  /** Whether it is a gated unit: what that keeps is noted for no module, and it always pays. */
  private static boolean isUnit(Map<String, Double> before, String name) {
    return !before.containsKey(name);
  }

  private static List<Prediction.Place> places(Tape tape) {
    Map<String, Map<Kind, Long>> places = new LinkedHashMap<>();
    for (Held held : tape.held()) {
      places
          .computeIfAbsent(held.place(), key -> new EnumMap<>(Kind.class))
          .merge(held.kind(), held.bytes(), Long::sum);
    }
    List<Prediction.Place> list = new ArrayList<>();
    places.forEach((name, kinds) -> list.add(new Prediction.Place(name, kinds)));
    return list;
  }

  private static List<Prediction.Left> left(Tape plain, Plan plan) {
    Map<List<String>, Integer> counts = new LinkedHashMap<>();
    for (String name : plan.left()) {
      Tensor y = plain.outputs().get(name);
      boolean norm = !plan.convertsActivation(name) && isNorm(name);
      if (norm && plan.mode() != Mode.NORMS) {
        continue;
      }
      counts.merge(List.of(name.replaceAll("\\b\\d+\\b", "*"), reason(y)), 1, Integer::sum);
    }
    List<Prediction.Left> list = new ArrayList<>();
    counts.forEach((key, count) -> list.add(new Prediction.Left(key.get(0), count, key.get(1))));
    return list;
  }

  private static boolean isNorm(String name) {
    return name.contains("norm") || name.contains("Norm") || name.matches(".*ln_(1|2|f)");
  }

  private static String reason(Tensor y) {
    return y.readers().contains(Role.DROPOUT)
        ? "dropout lies between it and the next Linear"
        : "no Linear keeps its output";
  }

  /**
   * The largest batch that fits beside weights and optimizer states.
   *
   * @param request what is trained; its batch is ignored
   * @param mode how
   * @param room bytes of the card that a step may use
   * @param optimizer the optimizer
   * @return the batch, or nothing if not even one fits
   */
  public OptionalLong largestBatch(Request request, Mode mode, long room, Optimizer optimizer) {
    return largest(
        LONGEST,
        batch ->
            fits(
                new Request(
                    batch,
                    request.tokens(),
                    request.precision(),
                    request.fusedLoss(),
                    request.eager()),
                mode,
                room,
                optimizer));
  }

  /**
   * The longest sequence that fits at a batch, in whole multiples of 64 tokens or the most that the
   * model takes.
   *
   * @param request what is trained; its tokens are ignored
   * @param mode how
   * @param room bytes of the card that a step may use
   * @param optimizer the optimizer
   * @return tokens, or nothing if not even the shortest fits
   */
  public OptionalLong longestSequence(Request request, Mode mode, long room, Optimizer optimizer) {
    long most = model.mostTokens();
    OptionalLong multiple =
        largest(
            (most + STEP - 1) / STEP,
            count ->
                fits(
                    new Request(
                        request.batch(),
                        Math.min(most, STEP * count),
                        request.precision(),
                        request.fusedLoss(),
                        request.eager()),
                    mode,
                    room,
                    optimizer));
    return multiple.isEmpty()
        ? multiple
        : OptionalLong.of(Math.min(most, STEP * multiple.getAsLong()));
  }

  private static final long STEP = 64;

  /** The largest number up to a bound that a monotone predicate holds for. */
  private static OptionalLong largest(long bound, LongPredicate fits) {
    long low = 0;
    long high = 1;
    while (high <= bound && fits.test(high)) {
      low = high;
      high *= 2;
    }
    high = Math.min(high, bound + 1);
    while (high - low > 1) {
      long middle = (low + high) / 2;
      if (fits.test(middle)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low == 0 ? OptionalLong.empty() : OptionalLong.of(low);
  }

  private boolean fits(Request request, Mode mode, long room, Optimizer optimizer) {
    Prediction prediction = predict(request, mode);
    long batch = prediction.kinds().getOrDefault(Kind.BATCH, 0L);
    return fixedBytes(request.precision(), optimizer) + batch + prediction.peak() <= room;
  }

  /**
   * Weights and optimizer states.
   *
   * @param precision dtypes
   * @param optimizer the optimizer
   * @return bytes
   */
  public long fixedBytes(Precision precision, Optimizer optimizer) {
    return parameters() * precision.parameterBytes() * (1 + optimizer.states());
  }
}
