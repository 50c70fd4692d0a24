package invact.coefficients.internal;

import invact.activation.Target;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientException;
import invact.coefficients.internal.SetDocument.BranchDocument;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.numeric.internal.PerDtype;

/** {@link SetDocument} in JSON, as {@code coefficient-set.schema.json} describes it. */
final class SetCodec {
  /** A dtype of tensors. */
  static final ValueCodec<Dtype> DTYPE = ValueCodec.named(SetCodec::dtype, Dtype::label);

  private static final ValueCodec<Double> MAGNITUDE = ValueCodec.atLeast(0);

  /** A number that is rounded to fp32 on reading. */
  private static final ValueCodec<Float> SINGLE =
      ValueCodec.of(
          (json, key) -> (float) json.number(key, -Float.MAX_VALUE, Float.MAX_VALUE),
          (json, key, value) -> json.writeNumberProperty(key, (double) value));

  private static final RecordCodec<ErrorSummary> ERROR = error();
  private static final RecordCodec<BranchDocument> BRANCH = branch();

  /** The whole file. */
  static final RecordCodec<SetDocument> DOCUMENT = document();

  private SetCodec() {}

  private static RecordCodec<SetDocument> document() {
    var keys = new RecordCodec.Keys<SetDocument>();
    var version =
        keys.add(
            CoefficientWriter.VERSION_KEY,
            ValueCodec.integer(0, Long.MAX_VALUE),
            SetDocument::schemaVersion);
    var name = keys.add("name", ValueCodec.TEXT, SetDocument::name);
    var activation = keys.add("activation", ValueCodec.TEXT, SetDocument::activation);
    var expression =
        keys.add("expression", ValueCodec.orAbsent(ValueCodec.TEXT), SetDocument::expression);
    var argmin = keys.add("argmin", ValueCodec.NUMBER, SetDocument::argmin);
    var minimum = keys.add("minimum", ValueCodec.NUMBER, SetDocument::minimum);
    var dtype = keys.add("dtype", ValueCodec.orNull(DTYPE), SetDocument::dtype);
    var decoding = keys.add("decoding", perDtype(height()), SetDocument::decoding);
    var left = keys.add("left", BRANCH, SetDocument::left);
    var right = keys.add("right", BRANCH, SetDocument::right);
    var errorInUse = keys.add("errorInUse", perDtype(errorInUse()), SetDocument::errorInUse);
    return keys.make(it ->
        new SetDocument(
            it.get(version),
            it.get(name),
            it.get(activation),
            it.get(expression),
            it.get(argmin),
            it.get(minimum),
            it.get(dtype),
            it.get(decoding),
            it.get(left),
            it.get(right),
            it.get(errorInUse)));
  }

  private static RecordCodec<BranchDocument> branch() {
    var keys = new RecordCodec.Keys<BranchDocument>();
    var form = keys.add("form", FormCodec.INSTANCE, BranchDocument::form);
    var target =
        keys.add("target", ValueCodec.named(Target::of, Target::label), BranchDocument::target);
    var coefficients = keys.add("coefficients", ValueCodec.NUMBERS, BranchDocument::coefficients);
    var derivativeError = keys.add("derivativeError", ERROR, BranchDocument::derivativeError);
    var provenance = keys.add("provenance", ProvenanceCodec.INSTANCE, BranchDocument::provenance);
    return keys.make(it ->
        new BranchDocument(
            it.get(form),
            it.get(target),
            it.get(coefficients),
            it.get(derivativeError),
            it.get(provenance)));
  }

  private static RecordCodec<ErrorSummary> error() {
    var keys = new RecordCodec.Keys<ErrorSummary>();
    var rms = keys.add("rms", MAGNITUDE, ErrorSummary::rms);
    var bias = keys.add("bias", ValueCodec.NUMBER, ErrorSummary::bias);
    var maxAbs = keys.add("maxAbs", MAGNITUDE, ErrorSummary::maxAbs);
    var maxAbsAt = keys.add("maxAbsAt", ValueCodec.NUMBER, ErrorSummary::maxAbsAt);
    return keys.make(
        it -> new ErrorSummary(it.get(rms), it.get(bias), it.get(maxAbs), it.get(maxAbsAt)));
  }

  private static RecordCodec<ErrorInUse> errorInUse() {
    var keys = new RecordCodec.Keys<ErrorInUse>();
    var rms = keys.add("rms", MAGNITUDE, it -> it.found().rms());
    var bias = keys.add("bias", ValueCodec.NUMBER, it -> it.found().bias());
    var maxAbs = keys.add("maxAbs", MAGNITUDE, it -> it.found().maxAbs());
    var maxAbsAt = keys.add("maxAbsAt", ValueCodec.NUMBER, it -> it.found().maxAbsAt());
    var irreducibleRms = keys.add("irreducibleRms", MAGNITUDE, ErrorInUse::irreducibleRms);
    var irreducibleMaxAbs = keys.add("irreducibleMaxAbs", MAGNITUDE, ErrorInUse::irreducibleMaxAbs);
    return keys.make(it ->
        new ErrorInUse(
            new ErrorSummary(it.get(rms), it.get(bias), it.get(maxAbs), it.get(maxAbsAt)),
            it.get(irreducibleRms),
            it.get(irreducibleMaxAbs)));
  }

  private static RecordCodec<RoundedHeight> height() {
    var keys = new RecordCodec.Keys<RoundedHeight>();
    var minimum = keys.add("minimum", SINGLE, RoundedHeight::minimum);
    var offset = keys.add("offset", SINGLE, RoundedHeight::offset);
    var least = keys.add("least", SINGLE, RoundedHeight::least);
    return keys.make(it -> new RoundedHeight(it.get(minimum), it.get(offset), it.get(least)));
  }

  private static <V> RecordCodec<PerDtype<V>> perDtype(ValueCodec<V> codec) {
    var keys = new RecordCodec.Keys<PerDtype<V>>();
    var fp32 = keys.add(Dtype.FP32.label(), codec, PerDtype::fp32);
    var bf16 = keys.add(Dtype.BF16.label(), codec, PerDtype::bf16);
    var fp16 = keys.add(Dtype.FP16.label(), codec, PerDtype::fp16);
    return keys.make(it -> new PerDtype<>(it.get(fp32), it.get(bf16), it.get(fp16)));
  }

  private static Dtype dtype(String label) {
    Dtype dtype = Dtype.of(label);
    if (!PerDtype.DTYPES.contains(dtype)) {
      throw new CoefficientException("no tensor is in " + label + ": use fp32, bf16 or fp16");
    }
    return dtype;
  }
}
