package invact.internal.io;

import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** JSON text with one layout everywhere: two spaces, {@code \n}, one array element a line. */
public final class Json {
  private static final DefaultIndenter INDENTER = new DefaultIndenter("  ", "\n");

  /** Deeper than any document of ours. */
  private static final int DEEPEST = 32;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectWriter WRITER =
      MAPPER
          .writer()
          .with(
              new DefaultPrettyPrinter(
                      PrettyPrinter.DEFAULT_SEPARATORS.withObjectNameValueSpacing(
                          Separators.Spacing.AFTER))
                  .withObjectIndenter(INDENTER)
                  .withArrayIndenter(INDENTER));

  private Json() {}

  /**
   * The text of one document. Numbers come out as the shortest decimals that read back the same.
   *
   * @param content writes the document's one value
   * @return the text, a line end at its end
   */
  public static String text(Consumer<JsonGenerator> content) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = WRITER.createGenerator(text)) {
      content.accept(json);
    }
    return text.append('\n').toString();
  }

  /**
   * The text of one document on one line.
   *
   * @param content writes the document's one value
   * @return the text, a line end at its end
   */
  public static String line(Consumer<JsonGenerator> content) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = MAPPER.createGenerator(text)) {
      content.accept(json);
    }
    return text.append('\n').toString();
  }

  /**
   * The tree of one document.
   *
   * @param text UTF-8 JSON; another encoding, a byte order mark, duplicate keys, deep nesting and
   *     anything behind the document are errors
   * @return the root; a missing node if the text is blank
   * @throws IllegalArgumentException with one line saying what is wrong and where
   */
  public static JsonNode tree(byte[] text) {
    // Of bytes the parser would guess the encoding.
    String decoded = decoded(text);
    try {
      return MAPPER.readTree(decoded);
    } catch (JacksonException e) {
      String where =
          e.getLocation() == null
              ? ""
              : "line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr()
                  + ": ";
      throw new IllegalArgumentException(
          "no valid JSON: "
              + where
              + Printable.line(e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  private static String decoded(byte[] text) {
    try {
      String decoded =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(text))
              .toString();
      if (decoded.startsWith("\uFEFF")) {
        throw new IllegalArgumentException("no valid JSON: begins with a byte order mark");
      }
      return decoded;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("no valid JSON: is not encoded in UTF-8", e);
    }
  }
}
