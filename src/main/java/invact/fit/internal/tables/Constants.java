package invact.fit.internal.tables;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Constants that stand in a row in a source.
 *
 * @param name what they are
 * @param single whether they are fp32 numbers
 * @param values the numbers
 */
record Constants(String name, boolean single, double[] values) {
  /** Numbers in fp32. */
  static Constants of(String name, float... values) {
    return new Constants(
        name, true, IntStream.range(0, values.length).mapToDouble(j -> values[j]).toArray());
  }

  /** Coefficients rounded to fp32. */
  static Constants rounded(String name, double... coefficients) {
    return new Constants(
        name, true, Arrays.stream(coefficients).map(value -> (float) value).toArray());
  }

  /** The row as Java has it. */
  String text() {
    return Arrays.stream(values)
        .mapToObj(value -> single ? (float) value + "f" : Double.toString(value))
        .collect(Collectors.joining(", ", "// " + name + "\n{", "}"));
  }
}
