package invact.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import invact.OneLine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A text is a table whose fields read back the same, or is refused with one line. */
class CsvTableFuzzTest {
  @FuzzTest
  void aTextIsATableOrRefused(byte[] bytes) throws CsvException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    CsvTable table;
    try {
      table = CsvTable.parse("t.csv", text);
    } catch (CsvException e) {
      OneLine.require(e.getMessage());
      return;
    }
    List<List<String>> lines = new ArrayList<>(List.of(table.columns));
    for (CsvTable.Row row : table.rows()) {
      List<String> fields = new ArrayList<>();
      for (String column : table.columns) {
        fields.add(row.text(column));
        requireNumberOrRefusal(row, column);
      }
      lines.add(fields);
    }
    assertEquals(lines, lines(CsvTable.parse("again", written(lines))));
    String column = table.columns.getFirst();
    String value = table.rows().getLast().text(column);
    assertTrue(table.where(column, List.of(value)).rows().size() > 0);
    try {
      table.where(column, List.of("\nno such\u001bvalue"));
    } catch (CsvException e) {
      OneLine.require(e.getMessage());
    }
  }

  private static void requireNumberOrRefusal(CsvTable.Row row, String column) {
    try {
      row.number(column).ifPresent(number -> assertTrue(Double.isFinite(number)));
    } catch (CsvException e) {
      OneLine.require(e.getMessage());
    }
  }

  private static List<List<String>> lines(CsvTable table) throws CsvException {
    List<List<String>> lines = new ArrayList<>(List.of(table.columns));
    for (CsvTable.Row row : table.rows()) {
      List<String> fields = new ArrayList<>();
      for (String column : table.columns) {
        fields.add(row.text(column));
      }
      lines.add(fields);
    }
    return lines;
  }

  /** All fields quoted, as RFC 4180 allows. */
  private static String written(List<List<String>> lines) {
    return lines.stream()
        .map(line ->
            line.stream()
                .map(field -> '"' + field.replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(",")))
        .collect(Collectors.joining("\r\n"));
  }
}
