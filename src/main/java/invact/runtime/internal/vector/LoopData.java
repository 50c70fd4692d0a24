package invact.runtime.internal.vector;

import invact.internal.program.Computation;
import invact.internal.program.Program;
import invact.internal.program.Type;
import java.util.List;

/**
 * The data of a program as a compiled loop takes them.
 *
 * @param numbers parameters of length 1, each at its number; 0 at the tables'
 * @param permuted one register for each table that a register can hold, in the order of the tables
 * @param gathered float[] or int[] of each larger table, in their order
 */
record LoopData(float[] numbers, int[] permuted, Object[] gathered) {
  static LoopData of(Computation computation) {
    List<Program.Parameter> parameters = computation.program().parameters();
    float[] numbers = new float[parameters.size()];
    int[] permuted = new int[(int) tables(parameters, false) * Lanes.COUNT];
    Object[] gathered = new Object[(int) tables(parameters, true)];
    int registers = 0;
    int arrays = 0;
    for (int k = 0; k < numbers.length; k++) {
      Program.Parameter parameter = parameters.get(k);
      int[] bits = computation.data(parameter);
      if (parameter.length() == 1) {
        numbers[k] = Float.intBitsToFloat(bits[0]);
      } else if (isGathered(parameter)) {
        gathered[arrays++] = parameter.type() == Type.F32 ? floats(bits) : bits;
      } else {
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
          permuted[registers * Lanes.COUNT + lane] = bits[lane % bits.length];
        }
        registers++;
      }
    }
    return new LoopData(numbers, permuted, gathered);
  }

  /** Whether a table is too large for a register. */
  static boolean isGathered(Program.Parameter parameter) {
    return parameter.length() >= LoopWriter.LEAST_GATHERED;
  }

  /** How many tables of one kind there are. */
  private static long tables(List<Program.Parameter> parameters, boolean gathered) {
    return parameters.stream()
        .filter(parameter -> parameter.length() > 1 && isGathered(parameter) == gathered)
        .count();
  }

  /** The place of a table among those of its kind. */
  static int place(List<Program.Parameter> parameters, int number) {
    return (int) tables(parameters.subList(0, number), isGathered(parameters.get(number)));
  }

  private static float[] floats(int[] bits) {
    float[] floats = new float[bits.length];
    for (int j = 0; j < bits.length; j++) {
      floats[j] = Float.intBitsToFloat(bits[j]);
    }
    return floats;
  }
}
