package invact.coefficients.internal;

import invact.form.FormSpec;
import invact.form.internal.Family;
import invact.form.internal.Forms;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** {@link FormSpec} in JSON: the key {@code family}, and the parameters of that family. */
final class FormCodec implements ValueCodec<FormSpec> {
  static final FormCodec INSTANCE = new FormCodec();

  private static final String FAMILY = "family";

  private static final ValueCodec<Family> NAMED = ValueCodec.named(Forms::family, Family::name);

  /** The cut-off; null in JSON for none. */
  private static final ValueCodec<Optional<Double>> CUTOFF = ValueCodec.orNull(NUMBER);

  private FormCodec() {}

  /** The keys of a family's forms, in the order of the file. */
  static List<String> keys(Family family) {
    List<String> keys = new ArrayList<>(List.of(FAMILY));
    family.counts().forEach(count -> keys.add(count.key()));
    if (family.hasCentre()) {
      keys.add(Family.CENTRE);
    }
    if (family.hasCutoff()) {
      keys.add(Family.CUTOFF);
    }
    return keys;
  }

  @Override
  public FormSpec read(JsonObject parent, String key) {
    JsonObject json = parent.object(key);
    Family family = NAMED.read(json, FAMILY);
    json.allowOnly(keys(family));
    List<Integer> counts = new ArrayList<>();
    for (Family.Count count : family.counts()) {
      counts.add(ValueCodec.integer(count.least(), count.largest()).read(json, count.key()));
    }
    double centre = family.hasCentre() ? NUMBER.read(json, Family.CENTRE) : 0;
    Optional<Double> cutoff =
        family.hasCutoff() ? CUTOFF.read(json, Family.CUTOFF) : Optional.empty();
    return parent.checked(
        key,
        () -> new FormSpec(family.name(), counts, centre, cutoff.orElse(Double.POSITIVE_INFINITY)));
  }

  @Override
  public void write(JsonGenerator json, String key, FormSpec spec) {
    Family family = Forms.family(spec.family());
    json.writeObjectPropertyStart(key);
    NAMED.write(json, FAMILY, family);
    for (int i = 0; i < spec.counts().size(); i++) {
      json.writeNumberProperty(family.counts().get(i).key(), spec.counts().get(i));
    }
    if (family.hasCentre()) {
      NUMBER.write(json, Family.CENTRE, spec.centre());
    }
    if (family.hasCutoff()) {
      CUTOFF.write(json, Family.CUTOFF, Optional.of(spec.cutoff()).filter(Double::isFinite));
    }
    json.writeEndObject();
  }
}
