package invact.export.internal;

import invact.numeric.Dtype;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/** {@code driver.c} at work: one exported set in a process of its own. */
final class CDriver implements AutoCloseable {
  private final Process process;
  private final OutputStream requests;
  private final InputStream answers;

  CDriver(Path program, String set) throws IOException {
    process =
        new ProcessBuilder(program.toString(), set)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    requests = process.getOutputStream();
    answers = process.getInputStream();
  }

  /** y and the indicator, one after the other. */
  byte[] forward(Dtype format, boolean aliased, byte[] x) throws IOException {
    int n = x.length / format.bytes();
    request(0, format, aliased, n, x);
    return answer(x.length + (n + 7) / 8);
  }

  byte[] backward(Dtype format, boolean aliased, byte[] dy, byte[] y, byte[] indicator)
      throws IOException {
    request(1, format, aliased, dy.length / format.bytes(), dy, y, indicator);
    return answer(dy.length);
  }

  /** The patterns of floats, and after them the floats of these patterns. */
  ByteBuffer convert(Dtype format, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.order(ByteOrder.nativeOrder()).asFloatBuffer().put(values);
    request(2, format, false, values.length, bytes.array());
    return ByteBuffer.wrap(answer(values.length * (Short.BYTES + Float.BYTES)))
        .order(ByteOrder.nativeOrder());
  }

  private void request(int pass, Dtype format, boolean aliased, long n, byte[]... inputs)
      throws IOException {
    ByteBuffer head = ByteBuffer.allocate(4 * Long.BYTES).order(ByteOrder.nativeOrder());
    int dtype = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16).indexOf(format);
    head.putLong(pass).putLong(dtype).putLong(aliased ? 1 : 0).putLong(n);
    requests.write(head.array());
    for (byte[] input : inputs) {
      requests.write(input);
    }
    requests.flush();
  }

  private byte[] answer(int length) throws IOException {
    byte[] bytes = answers.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("the driver stopped after " + bytes.length + " of " + length);
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    requests.close();
    answers.close();
    process.destroy();
  }
}
