package invact.internal.program.text;

import invact.internal.program.Instruction;
import invact.internal.program.Op;
import invact.internal.program.Program;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tables of a program in a CUDA block's shared memory, the array {@code tables}: one after
 * another, or packed: entries of equal number of four tables in one float4, which a thread reads at
 * once.
 */
final class SharedTables {
  /** The length of tables that may be packed. */
  private static final int PACKED_LENGTH = 8;

  /**
   * The most tables that are packed. With the eleven of a forward pass a thread would keep 40
   * registers instead of 32, and fewer threads would run (ptxas 13.0, sm_90).
   */
  private static final int MOST_PACKED = 8;

  private static final int LANES = 4;
  private static final String[] LANE = {"x", "y", "z", "w"};

  private final Program program;

  /** Table to place: of its first word or, packed, of its lane. */
  private final Map<Integer, Integer> places = new LinkedHashMap<>();

  private final int words;
  private final boolean packed;

  /**
   * The tables that a program looks up.
   *
   * @param program the program
   * @param mayPack whether all look-ups stand in one loop
   */
  SharedTables(Program program, boolean mayPack) {
    this.program = program;
    Set<Integer> used = new HashSet<>();
    program.forEach(step -> {
      if (step.op() == Op.LOOKUP && parameter((int) step.number()).length() > 1) {
        used.add((int) step.number());
      }
    });
    packed =
        mayPack
            && used.size() <= MOST_PACKED
            && used.stream().allMatch(table -> parameter(table).length() == PACKED_LENGTH);
    int place = 0;
    for (int table = 0; table < program.parameters().size(); table++) {
      if (used.contains(table)) {
        places.put(table, place);
        place += packed ? 1 : parameter(table).length();
      }
    }
    words = packed ? (place + LANES - 1) / LANES * LANES * PACKED_LENGTH : place;
  }

  private Program.Parameter parameter(int table) {
    return program.parameters().get(table);
  }

  private int place(Instruction lookup) {
    return places.get((int) lookup.number());
  }

  boolean arePacked() {
    return packed;
  }

  /** The name of the vector that has a look-up's entry. */
  String vector(Instruction lookup) {
    return "row" + lookup.operand(0) + "_" + place(lookup) / LANES;
  }

  /** The statement that reads the vector. */
  String readVector(Instruction lookup, String index) {
    int first = place(lookup) / LANES * PACKED_LENGTH;
    return "const float4 " + vector(lookup) + " = tables[" + first + " + " + index + "];";
  }

  /** A look-up's entry, a float. */
  String entry(Instruction lookup, String index) {
    int place = place(lookup);
    return packed
        ? vector(lookup) + "." + LANE[place % LANES]
        : "tables[" + place + " + " + index + "]";
  }

  /** As {@link CudaText#tableSetup}. */
  String setup(String indent, int firstWord) {
    if (places.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    if (packed) {
      text.append(indent).append("__shared__ float4 tables[").append(words / LANES).append("];\n");
    } else {
      text.append(indent).append("__shared__ float tables[").append(words).append("];\n");
    }
    List<Integer> tables = new ArrayList<>(places.keySet());
    for (int first = 0; first < tables.size(); ) {
      // Tables that follow each other in the data are copied at once.
      int end = first + 1;
      while (end < tables.size() && tables.get(end) == tables.get(end - 1) + 1) {
        end++;
      }
      Program.Parameter begin = parameter(tables.get(first));
      Program.Parameter last = parameter(tables.get(end - 1));
      int count = last.offset() + last.length() - begin.offset();
      text.append(indent).append(packed ? "fill_packed_tables(" : "fill_tables(");
      text.append("arguments, ").append(firstWord + begin.offset()).append(", ");
      text.append(count).append(", tables, ").append(places.get(tables.get(first)));
      text.append(");\n");
      first = end;
    }
    return text.append(indent).append("__syncthreads();\n").toString();
  }
}
