package invact.plot.internal;

import java.awt.Color;
import java.awt.Composite;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.GraphicsConfiguration;
import java.awt.Image;
import java.awt.Rectangle;
import java.awt.Shape;
import java.awt.font.GlyphVector;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.BufferedImageOp;
import java.awt.image.ImageObserver;
import java.awt.image.RenderedImage;
import java.awt.image.renderable.RenderableImage;
import java.text.AttributedCharacterIterator;

/**
 * The operations of {@link Graphics2D} that charts do without: each is an {@link
 * UnsupportedOperationException}, never silently lost.
 */
abstract class ChartGraphics extends Graphics2D {
  static UnsupportedOperationException unsupported() {
    return new UnsupportedOperationException("a drawing records plain shapes only");
  }

  @Override
  public Graphics create() {
    throw unsupported();
  }

  @Override
  public void clip(Shape shape) {
    throw unsupported();
  }

  @Override
  public void clipRect(int x, int y, int w, int h) {
    throw unsupported();
  }

  @Override
  public void clearRect(int x, int y, int w, int h) {
    throw unsupported();
  }

  @Override
  public void copyArea(int x, int y, int w, int h, int dx, int dy) {
    throw unsupported();
  }

  @Override
  public void drawArc(int x, int y, int w, int h, int start, int angle) {
    throw unsupported();
  }

  @Override
  public void fillArc(int x, int y, int w, int h, int start, int angle) {
    throw unsupported();
  }

  @Override
  public void drawOval(int x, int y, int w, int h) {
    throw unsupported();
  }

  @Override
  public void fillOval(int x, int y, int w, int h) {
    throw unsupported();
  }

  @Override
  public void drawRoundRect(int x, int y, int w, int h, int arcWidth, int arcHeight) {
    throw unsupported();
  }

  @Override
  public void fillRoundRect(int x, int y, int w, int h, int arcWidth, int arcHeight) {
    throw unsupported();
  }

  @Override
  public void drawPolygon(int[] x, int[] y, int n) {
    throw unsupported();
  }

  @Override
  public void fillPolygon(int[] x, int[] y, int n) {
    throw unsupported();
  }

  @Override
  public void drawPolyline(int[] x, int[] y, int n) {
    throw unsupported();
  }

  @Override
  public void drawString(String text, int x, int y) {
    throw unsupported();
  }

  @Override
  public void drawString(String text, float x, float y) {
    throw unsupported();
  }

  @Override
  public void drawString(AttributedCharacterIterator text, int x, int y) {
    throw unsupported();
  }

  @Override
  public void drawString(AttributedCharacterIterator text, float x, float y) {
    throw unsupported();
  }

  @Override
  public void drawGlyphVector(GlyphVector glyphs, float x, float y) {
    throw unsupported();
  }

  @Override
  public boolean drawImage(Image image, AffineTransform at, ImageObserver observer) {
    throw unsupported();
  }

  @Override
  public void drawImage(BufferedImage image, BufferedImageOp op, int x, int y) {
    throw unsupported();
  }

  @Override
  public boolean drawImage(Image image, int x, int y, ImageObserver observer) {
    throw unsupported();
  }

  @Override
  public boolean drawImage(Image image, int x, int y, int w, int h, ImageObserver observer) {
    throw unsupported();
  }

  @Override
  public boolean drawImage(Image image, int x, int y, Color back, ImageObserver observer) {
    throw unsupported();
  }

  @Override
  public boolean drawImage(
      Image image, int x, int y, int w, int h, Color back, ImageObserver observer) {
    throw unsupported();
  }

  @Override
  public boolean drawImage(
      Image image,
      int dx1,
      int dy1,
      int dx2,
      int dy2,
      int sx1,
      int sy1,
      int sx2,
      int sy2,
      ImageObserver observer) {
    throw unsupported();
  }

  @Override
  public boolean drawImage(
      Image image,
      int dx1,
      int dy1,
      int dx2,
      int dy2,
      int sx1,
      int sy1,
      int sx2,
      int sy2,
      Color back,
      ImageObserver observer) {
    throw unsupported();
  }

  @Override
  public void drawRenderedImage(RenderedImage image, AffineTransform at) {
    throw unsupported();
  }

  @Override
  public void drawRenderableImage(RenderableImage image, AffineTransform at) {
    throw unsupported();
  }

  @Override
  public boolean hit(Rectangle rectangle, Shape shape, boolean onStroke) {
    throw unsupported();
  }

  @Override
  public GraphicsConfiguration getDeviceConfiguration() {
    throw unsupported();
  }

  @Override
  public Composite getComposite() {
    throw unsupported();
  }

  @Override
  public void setComposite(Composite composite) {
    throw unsupported();
  }

  @Override
  public FontMetrics getFontMetrics(Font of) {
    throw unsupported();
  }

  @Override
  public void setPaintMode() {
    throw unsupported();
  }

  @Override
  public void setXORMode(Color other) {
    throw unsupported();
  }
}
