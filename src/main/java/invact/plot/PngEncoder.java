package invact.plot;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * A drawing as a PNG of 8 bits a channel (ISO/IEC 15948), 10 pixels to the millimetre.
 *
 * <p>Not the JDK's writer, which takes 24 ms a figure where this takes 9 (JDK 25, on one core), and
 * which is told the size of a pixel only through a tree of XML nodes. Rows are stored unfiltered:
 * on these figures that is smaller than filters of type 1 or 2 for most, and never a fifth larger.
 */
final class PngEncoder {
  private static final byte[] SIGNATURE = {(byte) 137, 'P', 'N', 'G', '\r', '\n', 26, '\n'};
  private static final int PIXELS_PER_METRE = 10_000;
  private static final int BIT_DEPTH = 8;
  private static final int TRUECOLOR = 2;
  private static final int FILTER_NONE = 0;
  private static final int UNIT_METRE = 1;
  private static final int WHITE = 0xffffff;

  /** Level 6 makes these figures 14 % smaller and takes 2.4 times as long. */
  private static final int DEFLATE_LEVEL = 3;

  private PngEncoder() {}

  static byte[] encode(Drawing drawing) {
    return encode(image(drawing));
  }

  static BufferedImage image(Drawing drawing) {
    BufferedImage image =
        new BufferedImage(drawing.width(), drawing.height(), BufferedImage.TYPE_INT_RGB);
    Arrays.fill(((DataBufferInt) image.getRaster().getDataBuffer()).getData(), WHITE);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    for (Drawing.Mark mark : drawing.marks()) {
      g.setClip(mark.clip());
      g.setColor(mark.color());
      if (mark.stroke() == null) {
        g.fill(mark.shape());
      } else {
        g.setStroke(mark.stroke());
        g.draw(mark.shape());
      }
    }
    g.dispose();
    return image;
  }

  private static byte[] encode(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    try (DataOutputStream png = new DataOutputStream(bytes)) {
      png.write(SIGNATURE);
      chunk(
          png,
          "IHDR",
          out -> {
            out.writeInt(width);
            out.writeInt(height);
            out.write(new byte[] {BIT_DEPTH, TRUECOLOR, 0, 0, 0});
          });
      chunk(
          png,
          "pHYs",
          out -> {
            out.writeInt(PIXELS_PER_METRE);
            out.writeInt(PIXELS_PER_METRE);
            out.write(UNIT_METRE);
          });
      int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
      chunk(png, "IDAT", out -> deflateRows(pixels, width, height, out));
      chunk(png, "IEND", out -> {});
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private static void deflateRows(int[] pixels, int width, int height, DataOutputStream out)
      throws IOException {
    Deflater deflater = new Deflater(DEFLATE_LEVEL);
    try (DeflaterOutputStream compressed = new DeflaterOutputStream(out, deflater, 1 << 15)) {
      byte[] row = new byte[1 + 3 * width];
      row[0] = FILTER_NONE;
      for (int y = 0; y < height; y++) {
        int at = y * width;
        for (int x = 0, b = 1; x < width; x++, b += 3) {
          int pixel = pixels[at + x];
          row[b] = (byte) (pixel >> 16);
          row[b + 1] = (byte) (pixel >> 8);
          row[b + 2] = (byte) pixel;
        }
        compressed.write(row);
      }
    } finally {
      deflater.end();
    }
  }

  @FunctionalInterface
  private interface Content {
    void writeTo(DataOutputStream out) throws IOException;
  }

  private static void chunk(DataOutputStream png, String type, Content content) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(body);
    out.write(type.getBytes(StandardCharsets.US_ASCII));
    content.writeTo(out);
    byte[] bytes = body.toByteArray();
    CRC32 sum = new CRC32();
    sum.update(bytes);
    png.writeInt(bytes.length - type.length());
    png.write(bytes);
    png.writeInt((int) sum.getValue());
  }
}
