package invact.coefficients.internal;

import invact.coefficients.CoefficientException;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** A JSON object with its path in the document: every error names the key it is about. */
final class JsonObject {
  private final JsonNode node;
  private final String path;

  private JsonObject(JsonNode node, String path) {
    this.node = node;
    this.path = path;
  }

  static JsonObject root(JsonNode node) {
    if (!node.isObject()) {
      throw new CoefficientException("is not a JSON object");
    }
    return new JsonObject(node, "");
  }

  /** The error about a key that is given with its path. */
  static CoefficientException failureAt(String path, String reason) {
    return new CoefficientException("key " + path + " " + reason);
  }

  CoefficientException failure(String key, String reason) {
    return failureAt(path + key, reason);
  }

  void allowOnly(List<String> keys) {
    for (String key : node.propertyNames()) {
      if (!keys.contains(key)) {
        throw failure(key, "is unknown: expected are " + String.join(", ", keys));
      }
    }
  }

  boolean has(String key) {
    return node.has(key);
  }

  boolean isNull(String key) {
    return required(key).isNull();
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

  /** A value made from the value of a key; errors of the making name this key. */
  <T> T checked(String key, Supplier<T> value) {
    return checkedAt(path + key, value);
  }

  /** The same for a key that is given with its path. */
  static <T> T checkedAt(String path, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException | CoefficientException e) {
      String reason = e.getMessage();
      throw reason.startsWith("key ")
          ? new CoefficientException(reason, e)
          : failureAt(path, "is wrong: " + reason);
    }
  }

  double number(String key, double least, double largest) {
    double value = finite(key, required(key));
    if (value < least || value > largest) {
      throw failure(key, "is out of range: " + value);
    }
    return value;
  }

  long integer(String key, long least, long largest) {
    JsonNode value = required(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw failure(key, "is not a whole number of 64 bits");
    }
    if (value.longValue() < least || value.longValue() > largest) {
      throw failure(key, "is out of range: " + value.longValue());
    }
    return value.longValue();
  }

  List<Double> numbers(String key) {
    JsonNode value = required(key);
    if (!value.isArray() || value.isEmpty()) {
      throw failure(key, "is not an array of numbers");
    }
    Double[] numbers = new Double[value.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = finite(key + "[" + i + "]", value.get(i));
    }
    return List.of(numbers);
  }

  private double finite(String key, JsonNode value) {
    // A whole number of hundreds of digits is not finite as a double.
    double number = value.isNumber() ? value.numberValue().doubleValue() : Double.NaN;
    if (!Double.isFinite(number)) {
      throw failure(key, "is not a finite number");
    }
    return number;
  }

  private JsonNode required(String key) {
    JsonNode value = node.get(key);
    if (value == null) {
      throw failure(key, "is missing");
    }
    return value;
  }
}
