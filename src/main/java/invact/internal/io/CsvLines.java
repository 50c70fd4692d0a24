package invact.internal.io;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.Writer;

/**
 * Writes a CSV table (RFC 4180, lines ended by a line feed): a header, then lines of as many
 * fields. Numbers have the digits of {@link Double#toString}, which read back the same.
 */
public final class CsvLines {
  private final CsvWriter lines;
  private final int columns;

  /**
   * Writes the header.
   *
   * @param out where to; it is not buffered here, nor closed
   * @param header the names of the columns
   */
  public CsvLines(Writer out, String... header) {
    lines = CsvWriter.builder().bufferSize(0).lineDelimiter(LineDelimiter.LF).build(out);
    columns = header.length;
    lines.writeRecord(header);
  }

  /**
   * Writes a line.
   *
   * @param fields words, or numbers; as many as columns
   * @throws IllegalArgumentException if there are more or fewer
   */
  public void add(Object... fields) {
    if (fields.length != columns) {
      throw new IllegalArgumentException(fields.length + " fields for " + columns + " columns");
    }
    String[] texts = new String[columns];
    for (int i = 0; i < columns; i++) {
      texts[i] = fields[i].toString();
    }
    lines.writeRecord(texts);
  }
}
