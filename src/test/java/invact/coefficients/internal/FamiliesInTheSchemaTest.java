package invact.coefficients.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.form.internal.Family;
import invact.form.internal.Forms;
import invact.internal.io.Json;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The schema has the families of {@link Forms}, with their keys, in the same order and ranges. */
class FamiliesInTheSchemaTest {
  @Test
  void theSchemaDescribesEveryFamily() throws Exception {
    JsonNode forms;
    try (InputStream in = getClass().getResourceAsStream("/invact/coefficient-set.schema.json")) {
      forms = Json.tree(in.readAllBytes()).at("/$defs/piece/properties/form/oneOf");
    }
    List<String> described = new ArrayList<>();
    for (JsonNode form : forms) {
      JsonNode keys = form.get("properties");
      Family family = Forms.family(keys.at("/family/const").stringValue());
      described.add(family.name());
      List<String> required = new ArrayList<>();
      form.get("required").forEach(key -> required.add(key.stringValue()));
      assertEquals(FormCodec.keys(family), List.copyOf(keys.propertyNames()), family.name());
      assertEquals(FormCodec.keys(family), required, family.name());
      for (Family.Count count : family.counts()) {
        assertEquals(count.least(), keys.at("/" + count.key() + "/minimum").intValue());
        assertEquals(count.largest(), keys.at("/" + count.key() + "/maximum").intValue());
      }
    }
    assertEquals(Forms.families().stream().map(Family::name).toList(), described);
  }
}
