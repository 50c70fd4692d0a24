package invact.export.internal;

/** Lines of comments. */
final class Comments {
  private static final int WIDTH = 96;

  private Comments() {}

  /**
   * A line of a comment; a long one goes on in a next line, further in.
   *
   * @param begin what each line begins with
   * @param line the line
   * @return one or more lines, each with a line end
   */
  static String wrapped(String begin, String line) {
    int end = line.length() > WIDTH ? line.lastIndexOf(' ', WIDTH) : line.length();
    int indent = line.length() - line.stripLeading().length();
    boolean fits = end == line.length() || end <= indent;
    String first = fits ? line : line.substring(0, end);
    String written = first.isEmpty() ? begin + "\n" : begin + " " + first + "\n";
    return fits
        ? written
        : written + wrapped(begin, " ".repeat(indent + 2) + line.substring(end + 1));
  }
}
