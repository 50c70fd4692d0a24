package invact.memory.internal;

import invact.memory.internal.Tape.Held;
import invact.numeric.Dtype;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/** Predicts what training steps of a model keep. */
public final class Predictor {
  /** No larger batch or longer sequence is tried. */
  private static final long MOST = 1L << 24;

  /** Pairs of tokens in a batch, so that bytes of scores stay below 2⁶³. */
  private static final double MOST_PAIRS = 0x1p50;

  /** Sequences are tried in multiples of so many tokens. */
  private static final long TOKENS = 64;

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
   * The tokens that the model's positions are made for, or those of a picture or sound.
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
    Tape tape = new Tape(new Precision(Dtype.FP32, Dtype.FP32), Plan.of(Mode.NATIVE, false, false));
    model.run(tape, 1, 1);
    return tape.parameters();
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

  /**
   * Predicts one mode.
   *
   * @param request what is trained
   * @param mode how
   * @return the prediction
   * @throws MemoryException if the model has no such loss or takes no so long sequence
   */
  public Prediction predict(Request request, Mode mode) {
    check(request);
    Planner planner = planner(request, mode);
    Tape tape = tape(request, planner.plan());
    Map<Kind, Long> kinds = tape.byKind();
    return new Prediction(
        mode, places(tape), kinds, tape.heldBytes(), BackwardPass.peak(tape), planner.left());
  }

  private void check(Request request) {
    double pairs = (double) request.batch() * request.tokens() * request.tokens();
    if (Math.max(request.batch(), request.tokens()) > MOST || pairs > MOST_PAIRS) {
      throw new MemoryException(
          "a batch of "
              + request.batch()
              + " with "
              + request.tokens()
              + " tokens each is beyond any card");
    }
    if (request.fusedLoss() && !model.hasVocabulary()) {
      throw new MemoryException(
          model.name() + " has no loss over a vocabulary that could be fused with its last Linear");
    }
    if (model.hasSequences()
        && model.hasTableOfPositions()
        && request.tokens() > model.mostTokens()) {
      throw new MemoryException(
          "the model takes at most " + model.mostTokens() + " tokens, not " + request.tokens());
    }
  }

  private Planner planner(Request request, Mode mode) {
    Plan start = Plan.of(mode, request.fusedLoss(), request.eager());
    return Planner.of(start, plan -> tape(request, plan));
  }

  private Tape tape(Request request, Plan plan) {
    Tape tape = new Tape(request.precision(), plan);
    model.run(tape, request.batch(), request.tokens());
    return tape;
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

  /**
   * The largest batch with which a step fits beside weights and optimizer states.
   *
   * @param request what is trained; its batch is ignored
   * @param mode how
   * @param room bytes of the card that training may use
   * @param optimizer the optimizer
   * @return the batch, or nothing if not even one fits
   */
  public OptionalLong largestBatch(Request request, Mode mode, long room, Optimizer optimizer) {
    check(request);
    Plan plan = planner(request, mode).plan();
    long left = room - fixedBytes(request.precision(), optimizer);
    return largest(MOST, batch -> stepBytes(request.withBatch(batch), plan) <= left);
  }

  /**
   * The longest sequence with which a step fits: a multiple of 64 tokens, or the most that the
   * model takes.
   *
   * @param request what is trained; its tokens are ignored
   * @param mode how
   * @param room bytes of the card that training may use
   * @param optimizer the optimizer
   * @return tokens, or nothing if not even the shortest fits
   */
  public OptionalLong longestSequence(Request request, Mode mode, long room, Optimizer optimizer) {
    Plan plan = planner(request, mode).plan();
    long left = room - fixedBytes(request.precision(), optimizer);
    long most = model.hasTableOfPositions() ? model.mostTokens() : MOST;
    OptionalLong parts =
        largest(
            (most + TOKENS - 1) / TOKENS,
            count -> stepBytes(request.withTokens(Math.min(most, TOKENS * count)), plan) <= left);
    return parts.isEmpty() ? parts : OptionalLong.of(Math.min(most, TOKENS * parts.getAsLong()));
  }

  /** The batch, and the most that a step has at a time above parameters and batch. */
  private long stepBytes(Request request, Plan plan) {
    Tape tape = tape(request, plan);
    return BackwardPass.peak(tape) + tape.unsavedInputs();
  }

  /** The largest number up to a bound for which a monotone predicate holds. */
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
}
