package invact.coefficients.internal;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shipped sets of which a few values have been changed. An input is text: the number of a set, and
 * for each change a line with the number of a value in the file and the JSON that takes its place.
 */
class SetEditFuzzTest {
  private static final Pattern VALUE =
      Pattern.compile("(?<=: )(\"[^\"]*\"|[-\\w.+]+)|(?<=\\n {6,8})[-\\w.+]+(?=,?\\n)");

  private static final List<String> SETS =
      ShippedSets.names().stream()
          .map(name -> CoefficientWriter.toJson(ShippedSets.load(name)))
          .toList();

  @DictionaryEntries({
    "null",
    "1e-9",
    "-1e-9",
    "1e300",
    "-0.0",
    "0.99999",
    "1.00001",
    "16777217",
    "{}",
    "[]",
    "true"
  })
  @FuzzTest
  void aChangedSetIsASetOrRefused(byte[] changes) {
    String[] lines = new String(changes, StandardCharsets.UTF_8).split("\n", 5);
    String set = SETS.get(number(lines[0], SETS.size()));
    List<int[]> places = new ArrayList<>();
    Matcher value = VALUE.matcher(set);
    while (value.find()) {
      places.add(new int[] {value.start(), value.end()});
    }
    String[] values = new String[places.size()];
    for (int i = 1; i < lines.length; i++) {
      int space = lines[i].indexOf(' ');
      if (space >= 0) {
        values[number(lines[i].substring(0, space), values.length)] = lines[i].substring(space + 1);
      }
    }
    StringBuilder changed = new StringBuilder();
    int end = 0;
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        String old = set.substring(places.get(i)[0], places.get(i)[1]);
        changed.append(set, end, places.get(i)[0]).append(changed(old, values[i]));
        end = places.get(i)[1];
      }
    }
    ReadOrRefused.check(
        changed.append(set.substring(end)).toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The new value; behind a '*' it is a factor of the old. */
  private static String changed(String old, String value) {
    if (value.startsWith("*")) {
      try {
        return Double.toString(Double.parseDouble(old) * Double.parseDouble(value.substring(1)));
      } catch (NumberFormatException e) {
        return value;
      }
    }
    return value;
  }

  /** The number that a text hashes to, itself where it is one. */
  private static int number(String text, int count) {
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      number = 10 * number + (text.charAt(i) - '0');
    }
    return Math.floorMod(number, count);
  }
}
