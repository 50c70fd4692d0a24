package invact.internal.io;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.reader.FieldModifier;
import de.siegmar.fastcsv.reader.FieldModifiers;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A table of a CSV file (RFC 4180): UTF-8, commas, a header line with distinct names, and in each
 * line as many fields as there. An empty field has no value.
 *
 * <p>Whatever is wrong is a {@link CsvException} that names the file, and where there is one the
 * line and the column.
 */
public final class CsvTable {
  /** A decimal number; neither NaN nor what Java alone reads, such as 1f. */
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");

  private final String file;
  final List<String> columns;
  private final List<Row> rows;

  private CsvTable(String file, List<String> columns) {
    this.file = file;
    this.columns = List.copyOf(columns);
    this.rows = new ArrayList<>();
  }

  private CsvTable(String file, List<String> columns, List<CsvRecord> records) throws CsvException {
    this(file, columns);
    Set<String> names = new HashSet<>();
    for (String column : columns) {
      if (column.isBlank() || !names.add(column)) {
        throw new CsvException(
            file + ", line 1: the header has an empty name or '" + column + "' twice");
      }
    }
    for (CsvRecord each : records) {
      if (each.getFieldCount() != columns.size()) {
        throw new CsvException(
            file
                + ", line "
                + each.getStartingLineNumber()
                + ": has "
                + each.getFieldCount()
                + " fields, the header has "
                + columns.size());
      }
      rows.add(new Row(each.getStartingLineNumber(), each.getFields()));
    }
  }

  /** One line of values. */
  public final class Row {
    private final long line;
    private final List<String> fields;

    private Row(long line, List<String> fields) {
      this.line = line;
      this.fields = fields;
    }

    /**
     * The line in the file.
     *
     * @return a number from 1 on
     */
    public long line() {
      return line;
    }

    /**
     * A field as it stands.
     *
     * @param column the name of its column
     * @return the field, maybe empty
     * @throws CsvException if there is no such column
     */
    public String text(String column) throws CsvException {
      return fields.get(index(column));
    }

    /**
     * A field as a number.
     *
     * @param column the name of its column
     * @return the number; nothing for an empty field
     * @throws CsvException if there is no such column or the field is not a finite decimal number
     */
    public OptionalDouble number(String column) throws CsvException {
      String text = text(column);
      if (text.isEmpty()) {
        return OptionalDouble.empty();
      }
      double value = NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
      if (!Double.isFinite(value)) {
        throw problem(
            column, "'" + text + "' is not a number: leave the field empty if there is none");
      }
      return OptionalDouble.of(value);
    }

    /**
     * A complaint about a field of this line.
     *
     * @param column the name of its column
     * @param what what is wrong, and the remedy
     * @return the exception, to be thrown
     */
    public CsvException problem(String column, String what) {
      return new CsvException(file + ", line " + line + ", column '" + column + "': " + what);
    }
  }

  /**
   * Reads a file.
   *
   * @param path the file
   * @return its table, of at least one line below the header
   * @throws IOException if it cannot be read or is not such a table
   */
  public static CsvTable read(Path path) throws IOException {
    return parse(path.toString(), text(path));
  }

  /**
   * Reads a file that may lack a header, and may have blanks around fields and empty lines. A first
   * line of numbers alone is no header; the columns are then called 1, 2 and so on.
   *
   * @param path the file
   * @return its table, of at least one line of values
   * @throws IOException if it cannot be read or is not such a table
   */
  public static CsvTable readNumbers(Path path) throws IOException {
    return parseNumbers(path.toString(), text(path));
  }

  private static String text(Path path) throws IOException {
    try {
      return Files.readString(path, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new CsvException(path + ": there is no such file");
    } catch (CharacterCodingException e) {
      throw new CsvException(path + ": is not UTF-8");
    }
  }

  /**
   * Reads a text.
   *
   * @param file its name, for messages
   * @param text a header and lines
   * @return its table, of at least one line below the header
   * @throws CsvException if it is not such a table
   */
  public static CsvTable parse(String file, String text) throws CsvException {
    List<CsvRecord> records = records(file, text, FieldModifiers.NOP, false);
    if (records.size() < 2) {
      throw new CsvException(file + ": has no line below its header");
    }
    return new CsvTable(file, records.getFirst().getFields(), records.subList(1, records.size()));
  }

  static CsvTable parseNumbers(String file, String text) throws CsvException {
    List<CsvRecord> records = records(file, text, FieldModifiers.STRIP, true);
    boolean hasHeader =
        !records.isEmpty()
            && !records.getFirst().getFields().stream().allMatch(NUMBER.asMatchPredicate());
    if (records.size() < (hasHeader ? 2 : 1)) {
      throw new CsvException(file + ": has no line of values");
    }
    if (hasHeader) {
      return new CsvTable(file, records.getFirst().getFields(), records.subList(1, records.size()));
    }
    List<String> numbers =
        IntStream.rangeClosed(1, records.getFirst().getFieldCount())
            .mapToObj(Integer::toString)
            .toList();
    return new CsvTable(file, numbers, records);
  }

  private static List<CsvRecord> records(
      String file, String text, FieldModifier modifier, boolean skipEmptyLines)
      throws CsvException {
    List<CsvRecord> records = new ArrayList<>();
    try {
      // Lengths are checked below, where the message can name the columns.
      CsvReader.builder()
          .skipEmptyLines(skipEmptyLines)
          .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
          .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
          .allowExtraCharsAfterClosingQuote(false)
          .allowUnclosedQuote(false)
          .build(CsvRecordHandler.builder().fieldModifier(modifier).build(), text)
          .forEach(records::add);
    } catch (CsvParseException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new CsvException(file + ": is not CSV: " + reason.getMessage());
    }
    return records;
  }

  /**
   * The columns' names.
   *
   * @return the names, in the order of the columns
   */
  public List<String> columns() {
    return columns;
  }

  /**
   * The name of the file, for messages.
   *
   * @return the path as it was given
   */
  public String file() {
    return file;
  }

  /**
   * The lines below the header.
   *
   * @return an unmodifiable list
   */
  public List<Row> rows() {
    return List.copyOf(rows);
  }

  /**
   * Selects the lines whose field in a column is one of the given values, sorted in the order of
   * the values.
   *
   * @param column the column
   * @param values the values
   * @return a table of the lines that have the first value, then of those that have the second ...
   * @throws CsvException if there is no such column, or no line with one of the values
   */
  public CsvTable where(String column, List<String> values) throws CsvException {
    int index = index(column);
    Set<String> present = new TreeSet<>();
    rows.forEach(row -> present.add(row.fields.get(index)));
    for (String value : values) {
      if (!present.contains(value)) {
        throw new CsvException(
            file
                + ": no line has '"
                + value
                + "' in column '"
                + column
                + "': there is "
                + String.join(", ", present));
      }
    }
    CsvTable chosen = new CsvTable(file, columns);
    rows.stream()
        .filter(row -> values.contains(row.fields.get(index)))
        .sorted(Comparator.comparingInt(row -> values.indexOf(row.fields.get(index))))
        .forEach(row -> chosen.rows.add(chosen.new Row(row.line, row.fields)));
    return chosen;
  }

  /**
   * Makes sure that there is a column.
   *
   * @param column its name
   * @throws CsvException if there is none
   */
  public void requireColumn(String column) throws CsvException {
    index(column);
  }

  private int index(String column) throws CsvException {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new CsvException(
          file + ": has no column '" + column + "': there is " + String.join(", ", columns));
    }
    return index;
  }
}
