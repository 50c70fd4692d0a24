package invact.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows of text in columns as wide as their widest cell; words start, numbers end at one place. */
final class TextTable {
  private final List<String[]> rows = new ArrayList<>();
  private final int leftAligned;

  /** A table whose first {@code leftAligned} columns hold words, the others numbers. */
  TextTable(int leftAligned, String... header) {
    this.leftAligned = leftAligned;
    rows.add(header);
  }

  void add(String... cells) {
    if (cells.length != rows.getFirst().length) {
      throw new IllegalArgumentException("a row of " + cells.length + " cells");
    }
    rows.add(cells);
  }

  /** Whether there is a row below the header. */
  boolean hasRows() {
    return rows.size() > 1;
  }

  void print(PrintWriter out) {
    int columns = rows.getFirst().length;
    int[] width = new int[columns];
    for (String[] row : rows) {
      for (int j = 0; j < columns; j++) {
        width[j] = Math.max(width[j], row[j].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int j = 0; j < columns; j++) {
        String padding = " ".repeat(width[j] - row[j].length());
        line.append(j == 0 ? "" : "  ")
            .append(j < leftAligned ? row[j] + padding : padding + row[j]);
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
