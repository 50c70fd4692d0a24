package invact.internal.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The parameters of a program under construction, and its data: their numbers one after another.
 */
final class ParameterList {
  private final List<Program.Parameter> declared = new ArrayList<>();
  private String prefix = "";
  private int[] data = new int[16];
  private int length;

  void prefix(String begin) {
    prefix = begin;
  }

  /** Adds a number or a table, given by its bits, and returns its index. */
  int declare(String name, Type type, int... bits) {
    if (Integer.bitCount(bits.length) != 1) {
      throw new IllegalArgumentException(
          "the length of table " + name + " is no power of two: " + bits.length);
    }
    declared.add(new Program.Parameter(prefix + name, type, bits.length, length));
    if (data.length < length + bits.length) {
      data = Arrays.copyOf(data, 2 * data.length + bits.length);
    }
    System.arraycopy(bits, 0, data, length, bits.length);
    length += bits.length;
    return declared.size() - 1;
  }

  List<Program.Parameter> declared() {
    return declared;
  }

  int[] data() {
    return Arrays.copyOf(data, length);
  }
}
