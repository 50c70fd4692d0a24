package invact.plot.internal;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataFormatImpl;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.Node;

/** A drawing as a PNG of 8 bits a channel, 10 pixels to the millimetre. */
final class PngEncoder {
  private static final int PIXELS_PER_MILLIMETRE = 10;
  private static final int WHITE = 0xffffff;

  /** Of 0, smallest and slowest, to 1; smaller files than this save less than a tenth. */
  private static final float COMPRESSION_QUALITY = 0.5f;

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
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 17);
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(COMPRESSION_QUALITY);
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), parameters);
      metadata.mergeTree(IIOMetadataFormatImpl.standardMetadataFormatName, pixelSize());
      writer.setOutput(out);
      writer.write(metadata, new IIOImage(image, null, metadata), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** Tells how large the picture is on paper. */
  private static Node pixelSize() {
    IIOMetadataNode root = new IIOMetadataNode(IIOMetadataFormatImpl.standardMetadataFormatName);
    IIOMetadataNode dimension = new IIOMetadataNode("Dimension");
    for (String name : List.of("HorizontalPixelSize", "VerticalPixelSize")) {
      IIOMetadataNode size = new IIOMetadataNode(name);
      size.setAttribute("value", Double.toString(1.0 / PIXELS_PER_MILLIMETRE));
      dimension.appendChild(size);
    }
    root.appendChild(dimension);
    return root;
  }
}
