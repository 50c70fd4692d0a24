package invact.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTableTest {
  private static CsvTable table(String text) throws CsvException {
    return CsvTable.parse("t.csv", text);
  }

  private static String refusal(String text) {
    return assertThrows(CsvException.class, () -> table(text)).getMessage();
  }

  @Test
  void fieldsGoByTheirColumns(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("t.csv");
    Files.writeString(file, "run,loss\n\"a, \"\"b\"\"\",-1.5e-3\né,\n");
    CsvTable read = CsvTable.read(file);
    List<CsvTable.Row> rows = read.rows();
    assertEquals("a, \"b\"", rows.get(0).text("run"));
    assertEquals(-0.0015, rows.get(0).number("loss").getAsDouble());
    assertEquals("é", rows.get(1).text("run"));
    assertTrue(rows.get(1).number("loss").isEmpty());
    assertEquals(3, rows.get(1).line());
  }

  @Test
  void whatIsWrongIsNamed(@TempDir Path folder) throws IOException {
    assertEquals("t.csv: has no line below its header", refusal("run,loss\n"));
    assertEquals("t.csv: has no line below its header", refusal(""));
    assertEquals(
        "t.csv, line 1: the header has an empty name or 'run' twice", refusal("run,run\n1,2\n"));
    assertEquals("t.csv, line 1: the header has an empty name or '' twice", refusal("run,\n1,2\n"));
    assertEquals("t.csv, line 3: has 1 fields, the header has 2", refusal("a,b\n1,2\n3\n"));
    assertEquals("t.csv, line 2: has 3 fields, the header has 2", refusal("a,b\n1,2,3\n"));
    assertEquals("t.csv, line 3: has 1 fields, the header has 2", refusal("a,b\n1,2\n\n3,4\n"));
    assertTrue(refusal("a,b\n1,\"2\n").startsWith("t.csv: is not CSV: "));
    assertTrue(refusal("a,b\n\"1\"x,2\n").startsWith("t.csv: is not CSV: "));

    Path missing = folder.resolve("none.csv");
    IOException e = assertThrows(CsvException.class, () -> CsvTable.read(missing));
    assertEquals(missing + ": there is no such file", e.getMessage());
    Path latin = folder.resolve("latin.csv");
    Files.write(latin, new byte[] {'a', '\n', (byte) 0xe9, '\n'});
    e = assertThrows(CsvException.class, () -> CsvTable.read(latin));
    assertEquals(latin + ": is not UTF-8", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nan", "NaN", "inf", "1f", "0x1p3", " 1", "1 ", "1e999", "1,5", "-", "e3"})
  void whatIsNoNumberIsRefusedWithItsPlace(String text) throws CsvException {
    CsvTable table = table("a,b\n0,\"" + text + "\"\n");
    CsvException e = assertThrows(CsvException.class, () -> table.rows().getFirst().number("b"));
    assertEquals(
        "t.csv, line 2, column 'b': '"
            + text
            + "' is not a number: leave the field empty if there is none",
        e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"1,1", "+2.5,2.5", "-.5,-0.5", "3.,3", "1E-3,0.001", "12e2,1200"})
  void decimalNumbers(String text, double value) throws CsvException {
    assertEquals(value, table("a\n" + text + "\n").rows().getFirst().number("a").getAsDouble());
  }

  /** A quoted field may have several lines and any characters. */
  @Test
  void whatAFieldHoldsIsToldInOneLine() throws CsvException {
    CsvTable table = table("\"a\nb\",c\n\"\u001b[31m1\",\"2\u2028\"\n");
    CsvTable.Row row = table.rows().getFirst();
    CsvException e = assertThrows(CsvException.class, () -> row.number("a\nb"));
    assertEquals(
        "t.csv, line 3, column 'a\\u000ab': '\\u001b[31m1' is not a number: leave the field empty"
            + " if there is none",
        e.getMessage());
    e = assertThrows(CsvException.class, () -> table.where("c", List.of("x\r")));
    assertEquals("t.csv: no line has 'x\\u000d' in column 'c': there is 2\\u2028", e.getMessage());
    e = assertThrows(CsvException.class, () -> row.text("d"));
    assertEquals("t.csv: has no column 'd': there is a\\u000ab, c", e.getMessage());
    assertEquals(
        "t.csv, line 1: the header has an empty name or '\\u000b' twice",
        refusal("a,\"\u000b\"\n1,2"));
  }

  @Test
  void linesAreChosenInTheOrderOfTheValues() throws CsvException {
    CsvTable table = table("m,v\na,1\nb,2\na,3\nc,4\n");
    CsvTable chosen = table.where("m", List.of("c", "a"));
    assertEquals(List.of(5L, 2L, 4L), chosen.rows().stream().map(CsvTable.Row::line).toList());
    CsvException e = assertThrows(CsvException.class, () -> table.where("m", List.of("a", "d")));
    assertEquals("t.csv: no line has 'd' in column 'm': there is a, b, c", e.getMessage());
    e = assertThrows(CsvException.class, () -> table.where("n", List.of("a")));
    assertEquals("t.csv: has no column 'n': there is m, v", e.getMessage());
  }

  /** Where numbers are expected, a first line of numbers is none of names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "x, y;1 ,2;;3, 4; | x y | 2 4",
        "1,2;3,4 | 1 2 | 1 2",
        "1e-3,-.5,+2;3,4,5 | 1 2 3 | 1 2",
        "1,y;3,4 | 1 y | 2",
      })
  void numbersNeedNoHeader(String text, String columns, String lines) throws CsvException {
    CsvTable table = CsvTable.parseNumbers("t.csv", text.replace(';', '\n'));
    assertEquals(List.of(columns.split(" ")), table.columns());
    assertEquals(
        List.of(lines.split(" ")),
        table.rows().stream().map(row -> Long.toString(row.line())).toList());
    for (CsvTable.Row row : table.rows()) {
      assertTrue(row.number(columns.split(" ")[1]).isPresent());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "x,y\n"})
  void numbersNeedALine(String text) {
    String message =
        assertThrows(CsvException.class, () -> CsvTable.parseNumbers("t.csv", text)).getMessage();
    assertEquals("t.csv: has no line of values", message);
  }
}
