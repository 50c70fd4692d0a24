package invact.coefficients.internal;

import invact.coefficients.CoefficientException;
import invact.sampling.Density;
import invact.sampling.internal.Sampling;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** {@link Provenance} in JSON: the key {@code kind}, and the keys of that kind. */
final class ProvenanceCodec implements ValueCodec<Provenance> {
  static final ProvenanceCodec INSTANCE = new ProvenanceCodec();

  private static final String KIND = "kind";

  /** The only objective of a fit to samples. */
  private static final String LEAST_SQUARES = "least-squares";

  private static final ValueCodec<Double> MAGNITUDE = ValueCodec.atLeast(0);
  private static final ValueCodec<Double> CONDITION_NUMBER = ValueCodec.atLeast(1);
  private static final ValueCodec<Integer> COUNT = ValueCodec.integer(1, Integer.MAX_VALUE);
  private static final ValueCodec<Long> POINTS = ValueCodec.integer(1, Long.MAX_VALUE);
  private static final ValueCodec<Long> ANY_INTEGER =
      ValueCodec.integer(Long.MIN_VALUE, Long.MAX_VALUE);

  /** One kind of provenance. */
  private record Kind<P extends Provenance>(String name, Class<P> type, RecordCodec<P> codec) {
    Provenance read(JsonObject json) {
      return codec.members(json, List.of(KIND));
    }

    void write(JsonGenerator json, Provenance provenance) {
      json.writeStringProperty(KIND, name);
      codec.writeMembers(json, type.cast(provenance));
    }
  }

  private static final List<Kind<?>> KINDS =
      List.of(
          new Kind<>("published", Provenance.Published.class, published()),
          new Kind<>("fitted", Provenance.Fitted.class, fitted()),
          new Kind<>("minimax", Provenance.Minimax.class, minimax()),
          new Kind<>("conditional-mean", Provenance.ConditionalMean.class, conditionalMean()));

  private ProvenanceCodec() {}

  private static RecordCodec<Provenance.Published> published() {
    var keys = new RecordCodec.Keys<Provenance.Published>();
    var source = keys.add("source", TEXT, Provenance.Published::source);
    var note = keys.add("note", TEXT, Provenance.Published::note);
    return keys.make(it -> new Provenance.Published(it.get(source), it.get(note)));
  }

  private static RecordCodec<Provenance.Fitted> fitted() {
    var keys = new RecordCodec.Keys<Provenance.Fitted>();
    keys.add(
        "objective",
        ValueCodec.named(ProvenanceCodec::requireLeastSquares, objective -> objective),
        it -> LEAST_SQUARES);
    var sampling =
        keys.add(
            "sampling",
            ValueCodec.named(Sampling::of, Sampling::label),
            Provenance.Fitted::sampling);
    var low = keys.add("rangeLow", NUMBER, Provenance.Fitted::rangeLow);
    var high = keys.add("rangeHigh", NUMBER, Provenance.Fitted::rangeHigh);
    var points = keys.add("points", POINTS, Provenance.Fitted::points);
    var sse = keys.add("sse", MAGNITUDE, Provenance.Fitted::sse);
    var rms = keys.add("rms", MAGNITUDE, Provenance.Fitted::rms);
    var maxAbs = keys.add("maxAbs", MAGNITUDE, Provenance.Fitted::maxAbs);
    var maxAbsAt = keys.add("maxAbsAt", NUMBER, Provenance.Fitted::maxAbsAt);
    var conditionNumber =
        keys.add("conditionNumber", CONDITION_NUMBER, Provenance.Fitted::conditionNumber);
    var starts = keys.add("starts", COUNT, Provenance.Fitted::starts);
    var agreeing = keys.add("agreeing", COUNT, Provenance.Fitted::agreeing);
    var seed = keys.add("seed", ANY_INTEGER, Provenance.Fitted::seed);
    return keys.make(it ->
        new Provenance.Fitted(
            it.get(sampling),
            it.get(low),
            it.get(high),
            it.get(points),
            it.get(sse),
            it.get(rms),
            it.get(maxAbs),
            it.get(maxAbsAt),
            it.get(conditionNumber),
            it.get(starts),
            it.get(agreeing),
            it.get(seed)));
  }

  private static RecordCodec<Provenance.Minimax> minimax() {
    var keys = new RecordCodec.Keys<Provenance.Minimax>();
    var low = keys.add("rangeLow", NUMBER, Provenance.Minimax::rangeLow);
    var high = keys.add("rangeHigh", NUMBER, Provenance.Minimax::rangeHigh);
    var levelled = keys.add("levelledError", MAGNITUDE, Provenance.Minimax::levelledError);
    var largest = keys.add("largestError", MAGNITUDE, Provenance.Minimax::largestError);
    var reference = keys.add("reference", NUMBERS, Provenance.Minimax::reference);
    var starts = keys.add("starts", COUNT, Provenance.Minimax::starts);
    var agreeing = keys.add("agreeing", COUNT, Provenance.Minimax::agreeing);
    return keys.make(it ->
        new Provenance.Minimax(
            it.get(low),
            it.get(high),
            it.get(levelled),
            it.get(largest),
            it.get(reference),
            it.get(starts),
            it.get(agreeing)));
  }

  private static RecordCodec<Provenance.ConditionalMean> conditionalMean() {
    var keys = new RecordCodec.Keys<Provenance.ConditionalMean>();
    var dtype = keys.add("dtype", SetCodec.DTYPE, Provenance.ConditionalMean::dtype);
    var density =
        keys.add(
            "density",
            ValueCodec.named(Density::described, Density::description),
            Provenance.ConditionalMean::density);
    var points = keys.add("points", POINTS, Provenance.ConditionalMean::points);
    var rms = keys.add("rms", MAGNITUDE, Provenance.ConditionalMean::rms);
    var conditionNumber =
        keys.add("conditionNumber", CONDITION_NUMBER, Provenance.ConditionalMean::conditionNumber);
    return keys.make(it ->
        new Provenance.ConditionalMean(
            it.get(dtype), it.get(density), it.get(points), it.get(rms), it.get(conditionNumber)));
  }

  private static String requireLeastSquares(String objective) {
    if (!objective.equals(LEAST_SQUARES)) {
      throw new CoefficientException("unknown objective '" + objective + "': use " + LEAST_SQUARES);
    }
    return objective;
  }

  @Override
  public Provenance read(JsonObject parent, String key) {
    JsonObject json = parent.object(key);
    String name = json.text(KIND);
    for (Kind<?> kind : KINDS) {
      if (kind.name.equals(name)) {
        return parent.checked(key, () -> kind.read(json));
      }
    }
    throw json.failure(
        KIND,
        "is '"
            + name
            + "': use one of "
            + String.join(", ", KINDS.stream().map(Kind::name).toList()));
  }

  @Override
  public void write(JsonGenerator json, String key, Provenance provenance) {
    json.writeObjectPropertyStart(key);
    for (Kind<?> kind : KINDS) {
      if (kind.type.isInstance(provenance)) {
        kind.write(json, provenance);
      }
    }
    json.writeEndObject();
  }
}
