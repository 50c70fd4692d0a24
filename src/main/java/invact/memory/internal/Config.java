package invact.memory.internal;

import invact.internal.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A config.json of Hugging Face's transformers; every error names the key it is about. */
public final class Config {
  private final JsonNode node;
  private final String path;

  private Config(JsonNode node, String path) {
    this.node = node;
    this.path = path;
  }

  /**
   * Reads a configuration.
   *
   * @param text the file's bytes
   * @return the configuration
   * @throws MemoryException if it is no JSON object
   */
  public static Config of(byte[] text) {
    JsonNode root;
    try {
      root = Json.tree(text);
    } catch (IllegalArgumentException e) {
      throw new MemoryException(e.getMessage());
    }
    if (!root.isObject()) {
      throw new MemoryException("is not a JSON object, as a config.json of transformers is");
    }
    return new Config(root, "");
  }

  /** Whether a key is there, null or not. */
  boolean names(String key) {
    return node.has(key);
  }

  boolean has(String key) {
    return node.hasNonNull(key);
  }

  Config object(String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isObject()) {
      throw failure(key, "is not an object");
    }
    return new Config(value, path + key + ".");
  }

  /** An object, or an empty one where the key is missing. */
  Config objectOrEmpty(String key) {
    return has(key) ? object(key) : new Config(Json.tree("{}".getBytes()), path + key + ".");
  }

  Optional<String> text(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!node.get(key).isString()) {
      throw failure(key, "is not a string");
    }
    return Optional.of(node.get(key).stringValue());
  }

  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    if (has(key)) {
      for (JsonNode each : node.get(key)) {
        if (!each.isString()) {
          throw failure(key, "is not an array of strings");
        }
        texts.add(each.stringValue());
      }
    }
    return texts;
  }

  List<Long> numbers(String key) {
    List<Long> numbers = new ArrayList<>();
    if (has(key)) {
      for (JsonNode each : node.get(key)) {
        if (!each.isIntegralNumber()) {
          throw failure(key, "is not an array of whole numbers");
        }
        numbers.add(each.longValue());
      }
    }
    return numbers;
  }

  /** A count of at least one, or the default where the key is missing or null. */
  long count(String key, long otherwise) {
    Optional<Long> value = whole(key);
    if (value.isPresent() && (value.get() < 1 || value.get() > Integer.MAX_VALUE)) {
      throw failure(key, "is out of range: " + value.get());
    }
    return value.orElse(otherwise);
  }

  /** A whole number, or nothing where the key is missing or null. */
  Optional<Long> whole(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw failure(key, "is not a whole number");
    }
    return Optional.of(value.longValue());
  }

  /** The sides of a picture or of a patch, height and width. */
  long[] sides(String key, long otherwise) {
    if (has(key) && node.get(key).isArray()) {
      List<Long> sides = numbers(key);
      if (sides.size() != 2 || sides.get(0) < 1 || sides.get(1) < 1) {
        throw failure(key, "is not a height and a width");
      }
      return new long[] {sides.get(0), sides.get(1)};
    }
    long side = count(key, otherwise);
    return new long[] {side, side};
  }

  double number(String key, double otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!node.get(key).isNumber()) {
      throw failure(key, "is not a number");
    }
    return node.get(key).doubleValue();
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!node.get(key).isBoolean()) {
      throw failure(key, "is neither true nor false");
    }
    return node.get(key).booleanValue();
  }

  /** Classes of a classifier: those that id2label names, else num_labels, else two. */
  long labels() {
    return node.has("id2label") && node.get("id2label").isObject()
        ? node.get("id2label").size()
        : count("num_labels", 2);
  }

  MemoryException failure(String key, String reason) {
    return new MemoryException("key " + path + key + " " + reason);
  }
}
