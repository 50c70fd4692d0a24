package invact.coefficient;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** A JSON object that knows its path, so that every complaint can name the key it is about. */
final class JsonObject {
  private final JsonNode node;
  private final String path;

  private JsonObject(JsonNode node, String path) {
    this.node = node;
    this.path = path;
  }

  static JsonObject root(JsonNode node) {
    if (!node.isObject()) {
      throw new IllegalArgumentException("is not a JSON object");
    }
    return new JsonObject(node, "");
  }

  IllegalArgumentException failure(String key, String reason) {
    return new IllegalArgumentException("key " + path + key + " " + reason);
  }

  void allowOnly(String... keys) {
    List<String> allowed = Arrays.asList(keys);
    for (String key : node.propertyNames()) {
      if (!allowed.contains(key)) {
        throw failure(key, "is unknown: expected are " + String.join(", ", keys));
      }
    }
  }

  boolean has(String key) {
    return node.has(key);
  }

  JsonObject object(String key) {
    JsonNode value = required(key);
    if (!value.isObject()) {
      throw failure(key, "is not an object");
    }
    return new JsonObject(value, path + key + ".");
  }

  String text(String key) {
    JsonNode value = required(key);
    if (!value.isString()) {
      throw failure(key, "is not a string");
    }
    return value.stringValue();
  }

  /** A string that stands for something; what the parser complains of is said of this key. */
  <T> T parsed(String key, Function<String, T> parser) {
    String text = text(key);
    return checked(key, () -> parser.apply(text));
  }

  <T> T checked(String key, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      String reason = e.getMessage();
      throw reason.startsWith("key ") ? e : failure(key, "is wrong: " + reason);
    }
  }

  double number(String key) {
    return finite(key, required(key));
  }

  long integer(String key) {
    JsonNode value = required(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw failure(key, "is not a whole number of 64 bits");
    }
    return value.longValue();
  }

  double[] numbers(String key) {
    JsonNode value = required(key);
    if (!value.isArray()) {
      throw failure(key, "is not an array");
    }
    double[] numbers = new double[value.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = finite(key + "[" + i + "]", value.get(i));
    }
    return numbers;
  }

  private double finite(String key, JsonNode value) {
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw failure(key, "is not a finite number");
    }
    return value.doubleValue();
  }

  private JsonNode required(String key) {
    JsonNode value = node.get(key);
    if (value == null) {
      throw failure(key, "is missing");
    }
    return value;
  }
}
