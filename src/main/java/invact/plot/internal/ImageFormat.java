package invact.plot.internal;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A file format in which a figure can be written. */
public enum ImageFormat {
  /** Portable Network Graphics, 1600 pixels on 16 cm. */
  PNG {
    @Override
    byte[] encode(Drawing drawing) {
      return PngEncoder.encode(drawing);
    }
  },
  /** Scalable Vector Graphics, 16 cm wide; text is drawn as outlines, so that no font is needed. */
  SVG {
    @Override
    byte[] encode(Drawing drawing) {
      return SvgEncoder.encode(drawing);
    }
  };

  /**
   * The name on the command line, and the ending of file names.
   *
   * @return {@code png} or {@code svg}
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The format of a name.
   *
   * @param label a name as {@link #label()} gives it
   * @return the format
   * @throws IllegalArgumentException if no format has that name
   */
  public static ImageFormat of(String label) {
    for (ImageFormat format : values()) {
      if (format.label().equals(label)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        "unknown image format '"
            + label
            + "': known are "
            + Arrays.stream(values()).map(ImageFormat::label).collect(Collectors.joining(", ")));
  }

  abstract byte[] encode(Drawing drawing);
}
