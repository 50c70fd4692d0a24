package invact.fit.internal.selection;

import invact.internal.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * What searches have found so far, in a file with one finding a line: JSON that names the problem,
 * the candidate and what came of it, so that one file serves any number of searches.
 *
 * <p>Findings are appended, each in one write. A line that an interruption has torn is dropped when
 * the file is opened next; any other that is not as this class writes it makes the file unusable.
 */
public final class SearchLog implements AutoCloseable {
  /** Changes whenever the same candidate may give other figures. */
  private static final int VERSION = 1;

  /** What every line begins with. */
  private static final String BEGINNING = "{\"search\":" + VERSION + ",";

  private final Map<String, JsonNode> known = new HashMap<>();
  private final FileChannel channel;

  private SearchLog(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * A log that remembers nothing.
   *
   * @return the log
   */
  public static SearchLog none() {
    return new SearchLog(null);
  }

  /**
   * The log in a file, which is made if it is not there.
   *
   * @param file the file
   * @return the log; until it is closed no other search can have the file
   * @throws IOException if the file cannot be read or written, is no log, or is in use; one line
   */
  public static SearchLog open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a folder, name a file in it");
    }
    Path parent = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(parent)) {
      throw new IOException(file + ": there is no folder " + parent);
    }
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (AccessDeniedException e) {
      throw new IOException(file + ": cannot be written, name a file that can", e);
    }
    try {
      if (!locked(channel)) {
        throw new IOException(file + ": another search is writing to it");
      }
      SearchLog log = new SearchLog(channel);
      log.load(file);
      return log;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private void load(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int start = 0;
    int line = 1;
    for (int end = 0; end < bytes.length; end++) {
      if (bytes[end] == '\n') {
        try {
          remember(Json.tree(Arrays.copyOfRange(bytes, start, end)));
        } catch (IllegalArgumentException e) {
          throw new IOException(
              file + ": line " + line + " is no finding: " + e.getMessage() + "; name another file",
              e);
        }
        start = end + 1;
        line++;
      }
    }
    requireTorn(new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8), file, line);
    channel.truncate(start);
    channel.position(start);
  }

  /** What has no line end is dropped only if it is the beginning of a finding. */
  private static void requireTorn(String text, Path file, int line) throws IOException {
    int common = StrictMath.min(text.length(), BEGINNING.length());
    if (!text.startsWith(BEGINNING.substring(0, common))) {
      throw new IOException(
          file + ": line " + line + " is no finding, not even a torn one; name another file");
    }
  }

  private void remember(JsonNode finding) {
    if (!finding.path("search").isInt() || finding.get("search").intValue() != VERSION) {
      throw new IllegalArgumentException("it is of another version of invact");
    }
    List<String> key = new ArrayList<>();
    for (String name : KEYS) {
      if (finding.has(name) ? !finding.get(name).isString() : !OPTIONAL_KEYS.contains(name)) {
        throw new IllegalArgumentException("it has no " + name + " that is a string");
      }
      key.add(finding.path(name).asString(""));
    }
    boolean failed = finding.path("failure").isString();
    if (failed == ERRORS.stream().allMatch(error -> finding.path(error).isNumber())) {
      throw new IllegalArgumentException("it has neither errors nor a failure, or both");
    }
    if (!failed) {
      requirePossible(finding);
    }
    known.put(String.join("|", key), finding);
  }

  /** A whole number of hundreds of digits is infinite as a double. */
  private static double number(JsonNode finding, String key) {
    return finding.get(key).numberValue().doubleValue();
  }

  /** A search would put a candidate with errors that none can have before all others. */
  private static void requirePossible(JsonNode finding) {
    double rms = number(finding, "rms");
    double maxAbs = number(finding, "maxAbs");
    double bias = number(finding, "bias");
    if (!(rms >= 0 && rms <= maxAbs * SLACK && Double.isFinite(maxAbs) && Double.isFinite(bias))) {
      throw new IllegalArgumentException(
          "no fit has an RMS error of "
              + rms
              + ", a bias of "
              + bias
              + " and a largest error of "
              + maxAbs);
    }
  }

  private static final List<String> ERRORS = List.of("rms", "bias", "maxAbs");

  /** Relative slack for the order of summation. */
  private static final double SLACK = 1 + 1e-4;

  /** What tells one finding from another. */
  private static final List<String> KEYS =
      List.of("activation", "expression", "branch", "dtype", "density", "form", "target", "method");

  /** Those that are left out where they are empty. */
  private static final List<String> OPTIONAL_KEYS = List.of("expression", "density");

  private static List<String> values(SearchProblem problem, Candidate candidate) {
    return List.of(
        problem.activation().name(),
        problem.activation().expression().orElse(""),
        problem.branch().label(),
        problem.dtype().label(),
        problem.dtype().isHalf() ? problem.density().description() : "",
        candidate.form().name(),
        candidate.target().label(),
        candidate.method().label());
  }

  /**
   * What is known of a candidate.
   *
   * @param problem the problem
   * @param candidate the candidate
   * @return the finding, if there is one
   */
  public Optional<Finding> find(SearchProblem problem, Candidate candidate) {
    JsonNode found = known.get(String.join("|", values(problem, candidate)));
    if (found == null) {
      return Optional.empty();
    }
    return Optional.of(
        found.has("failure")
            ? new Finding.Failed(candidate, found.get("failure").stringValue())
            : new Finding.Measured(
                candidate, number(found, "rms"), number(found, "bias"), number(found, "maxAbs")));
  }

  /**
   * Adds a finding.
   *
   * @param problem the problem
   * @param finding the finding
   * @throws IOException if the file cannot be written
   */
  public void add(SearchProblem problem, Finding finding) throws IOException {
    if (channel == null) {
      return;
    }
    ByteBuffer line =
        ByteBuffer.wrap(
            Json.line(json -> write(json, problem, finding)).getBytes(StandardCharsets.UTF_8));
    while (line.hasRemaining()) {
      channel.write(line);
    }
  }

  private static void write(JsonGenerator json, SearchProblem problem, Finding finding) {
    List<String> values = values(problem, finding.candidate());
    json.writeStartObject();
    json.writeNumberProperty("search", VERSION);
    for (int i = 0; i < KEYS.size(); i++) {
      if (!values.get(i).isEmpty()) {
        json.writeStringProperty(KEYS.get(i), values.get(i));
      }
    }
    switch (finding) {
      case Finding.Measured measured -> {
        json.writeNumberProperty("rms", measured.rms());
        json.writeNumberProperty("bias", measured.bias());
        json.writeNumberProperty("maxAbs", measured.maxAbs());
      }
      case Finding.Failed failed -> json.writeStringProperty("failure", failed.reason());
    }
    json.writeEndObject();
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
