package invact.internal.program;

import java.util.Arrays;

/**
 * A program with its data: a function that can be evaluated, compiled and exported.
 *
 * @param program the program
 * @param data the bits of its parameters, one after the other
 */
public record Computation(Program program, int[] data) {
  /**
   * A program with data.
   *
   * @throws IllegalArgumentException if there is more or less data than the parameters take
   */
  public Computation {
    if (data.length != program.dataLength()) {
      throw new IllegalArgumentException(
          "program "
              + program.name()
              + " takes "
              + program.dataLength()
              + " numbers of data, not "
              + data.length);
    }
    data = data.clone();
  }

  /**
   * The bits of the parameters.
   *
   * @return a copy
   */
  @Override
  public int[] data() {
    return data.clone();
  }

  /**
   * The bits of one parameter.
   *
   * @param parameter the parameter
   * @return as many as it is long
   */
  public int[] data(Program.Parameter parameter) {
    return Arrays.copyOfRange(data, parameter.offset(), parameter.offset() + parameter.length());
  }

  /**
   * One output alone.
   *
   * @param output its name
   * @return the function
   */
  public Computation only(String output) {
    return new Computation(program.only(output), data);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Computation that
        && program == that.program
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * System.identityHashCode(program) + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return program.name();
  }
}
