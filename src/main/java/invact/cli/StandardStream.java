package invact.cli;

import invact.internal.io.Failure;
import invact.internal.io.Printable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.Optional;

/**
 * stdout or stderr. Control characters of files and arguments are escaped on the way to it, and the
 * first failure to write is kept, which a {@link PrintWriter} would forget.
 */
final class StandardStream extends Writer {
  private final Writer stream;
  private Optional<IOException> failure = Optional.empty();

  private StandardStream(FileDescriptor descriptor, Charset charset) {
    this(new FileOutputStream(descriptor), charset);
  }

  StandardStream(OutputStream stream, Charset charset) {
    this.stream = new OutputStreamWriter(stream, charset);
  }

  static StandardStream out() {
    return new StandardStream(FileDescriptor.out, System.out.charset());
  }

  static StandardStream err() {
    return new StandardStream(FileDescriptor.err, System.err.charset());
  }

  /** A writer of lines; each line is sent when it is complete. */
  PrintWriter lines() {
    return new PrintWriter(this, true);
  }

  /**
   * Sends what is left.
   *
   * @return the reason why something could not be written; nothing if all was, or if the reader has
   *     gone away, as {@code head} does
   */
  Optional<String> finish() {
    flush();
    return failure.map(Failure::reason).filter(reason -> !reason.contains("Broken pipe"));
  }

  @Override
  public void write(char[] text, int offset, int length) {
    if (failure.isPresent()) {
      return;
    }
    StringBuilder printable = new StringBuilder(length);
    for (int i = offset; i < offset + length; i++) {
      char c = text[i];
      // Halves of a surrogate pair may come in different calls.
      if (c == '\n' || c == '\t' || Character.isSurrogate(c)) {
        printable.append(c);
      } else {
        Printable.append(printable, c);
      }
    }
    try {
      stream.append(printable);
    } catch (IOException e) {
      failure = Optional.of(e);
    }
  }

  @Override
  public void flush() {
    try {
      if (failure.isEmpty()) {
        stream.flush();
      }
    } catch (IOException e) {
      failure = Optional.of(e);
    }
  }

  @Override
  public void close() {
    flush();
  }
}
