package invact.coefficients.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/**
 * A record in JSON: an object with fixed keys in fixed order. One declaration of the keys serves
 * reading and writing.
 *
 * @param <R> the record
 */
final class RecordCodec<R> implements ValueCodec<R> {
  private final List<Key<R, ?>> keys;
  private final Function<Values, R> maker;

  private RecordCodec(List<Key<R, ?>> keys, Function<Values, R> maker) {
    this.keys = List.copyOf(keys);
    this.maker = maker;
  }

  /** One key: its name, the codec of its value, the component of the record. */
  static final class Key<R, V> {
    private final int index;
    private final String name;
    private final ValueCodec<V> codec;
    private final Function<R, V> value;

    private Key(int index, String name, ValueCodec<V> codec, Function<R, V> value) {
      this.index = index;
      this.name = name;
      this.codec = codec;
      this.value = value;
    }

    private void write(JsonGenerator json, R made) {
      codec.write(json, name, value.apply(made));
    }
  }

  /** The keys of a record, in the order in which they are declared. */
  static final class Keys<R> {
    private final List<Key<R, ?>> declared = new ArrayList<>();

    /** Declares the next key. */
    <V> Key<R, V> add(String name, ValueCodec<V> codec, Function<R, V> value) {
      Key<R, V> key = new Key<>(declared.size(), name, codec, value);
      declared.add(key);
      return key;
    }

    /** The codec of the record that {@code maker} makes from the values of these keys. */
    RecordCodec<R> make(Function<Values, R> maker) {
      return new RecordCodec<>(declared, maker);
    }
  }

  /** The values that were read. */
  static final class Values {
    private final Object[] values;

    private Values(Object[] values) {
      this.values = values;
    }

    /** The value of a key. */
    @SuppressWarnings("unchecked")
    <V> V get(Key<?, V> key) {
      return (V) values[key.index];
    }
  }

  @Override
  public R read(JsonObject json, String key) {
    return json.checked(key, () -> members(json.object(key), List.of()));
  }

  @Override
  public void write(JsonGenerator json, String key, R value) {
    json.writeObjectPropertyStart(key);
    writeMembers(json, value);
    json.writeEndObject();
  }

  /** The record of an object that may have {@code others} as further keys. */
  R members(JsonObject json, List<String> others) {
    List<String> names = new ArrayList<>(others);
    keys.forEach(key -> names.add(key.name));
    json.allowOnly(names);
    Object[] values = new Object[keys.size()];
    for (Key<R, ?> key : keys) {
      values[key.index] = key.codec.read(json, key.name);
    }
    return maker.apply(new Values(values));
  }

  /** Writes keys and values, without the braces. */
  void writeMembers(JsonGenerator json, R value) {
    keys.forEach(key -> key.write(json, value));
  }
}
