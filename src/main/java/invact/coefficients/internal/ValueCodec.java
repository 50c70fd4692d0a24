package invact.coefficients.internal;

import invact.coefficients.CoefficientException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/**
 * A type of value under a key of a JSON object: one declaration of reading, range and writing.
 *
 * @param <V> the type
 */
interface ValueCodec<V> {
  /**
   * Reads the value of a key.
   *
   * @throws CoefficientException with one line about the key, if the value is not of this type
   */
  V read(JsonObject json, String key);

  /** Writes a key and its value. */
  void write(JsonGenerator json, String key, V value);

  /** Writes one value. */
  interface Writer<V> {
    void write(JsonGenerator json, String key, V value);
  }

  /** Any finite number. */
  ValueCodec<Double> NUMBER = number(-Double.MAX_VALUE, Double.MAX_VALUE);

  /** A string. */
  ValueCodec<String> TEXT = of(JsonObject::text, JsonGenerator::writeStringProperty);

  /** An array of finite numbers, one a line, at least one. */
  ValueCodec<List<Double>> NUMBERS =
      of(
          JsonObject::numbers,
          (json, key, values) -> {
            json.writeArrayPropertyStart(key);
            values.forEach(json::writeNumber);
            json.writeEndArray();
          });

  /** A codec of a reader and a writer. */
  static <V> ValueCodec<V> of(BiFunction<JsonObject, String, V> reader, Writer<V> writer) {
    return new ValueCodec<>() {
      @Override
      public V read(JsonObject json, String key) {
        return reader.apply(json, key);
      }

      @Override
      public void write(JsonGenerator json, String key, V value) {
        writer.write(json, key, value);
      }
    };
  }

  /** A finite number of a range. */
  static ValueCodec<Double> number(double least, double largest) {
    return of(
        (json, key) -> json.number(key, least, largest),
        (json, key, value) -> json.writeNumberProperty(key, value));
  }

  /** A finite number of at least some size. */
  static ValueCodec<Double> atLeast(double least) {
    return number(least, Double.MAX_VALUE);
  }

  /** A whole number of a range. */
  static ValueCodec<Long> integer(long least, long largest) {
    return of(
        (json, key) -> json.integer(key, least, largest),
        (json, key, value) -> json.writeNumberProperty(key, value));
  }

  /** A whole number of a range of 32 bits. */
  static ValueCodec<Integer> integer(int least, int largest) {
    return of(
        (json, key) -> (int) json.integer(key, least, largest),
        (json, key, value) -> json.writeNumberProperty(key, value));
  }

  /** The value that a string names; an error of the parser becomes an error about the key. */
  static <V> ValueCodec<V> named(Function<String, V> parser, Function<V, String> name) {
    return of(
        (json, key) -> {
          String text = json.text(key);
          return json.checked(key, () -> parser.apply(text));
        },
        (json, key, value) -> json.writeStringProperty(key, name.apply(value)));
  }

  /** An optional value; empty is null in JSON. */
  static <V> ValueCodec<Optional<V>> orNull(ValueCodec<V> codec) {
    return of(
        (json, key) -> json.isNull(key) ? Optional.empty() : Optional.of(codec.read(json, key)),
        (json, key, value) -> {
          if (value.isEmpty()) {
            json.writeNullProperty(key);
          } else {
            codec.write(json, key, value.get());
          }
        });
  }

  /** An optional value; for empty there is no key in JSON. */
  static <V> ValueCodec<Optional<V>> orAbsent(ValueCodec<V> codec) {
    return of(
        (json, key) -> json.has(key) ? Optional.of(codec.read(json, key)) : Optional.empty(),
        (json, key, value) -> value.ifPresent(it -> codec.write(json, key, it)));
  }
}
