package invact.bench;

import invact.activation.Activation;
import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** libtorch's kernels, which write to tensors that are there, without a graph. */
final class LibtorchPeer implements Peer {
  /** The library's version, and that of its binding. */
  static String version() {
    return "libtorch " + torch.class.getPackage().getImplementationVersion();
  }

  @Override
  public String name() {
    return version() + " (" + torch.get_cpu_capability().getString() + ")";
  }

  @Override
  public void useThreads(int threads) {
    torch.set_num_threads(threads);
  }

  @Override
  public Runnable copy(FloatFormat format, MemorySegment from, MemorySegment to) {
    Tensor source = tensor(format, from);
    Tensor target = tensor(format, to);
    return () -> target.copy_(source);
  }

  @Override
  public Optional<Runnable> forward(
      Activation activation, FloatFormat format, MemorySegment x, MemorySegment y) {
    Tensor in = tensor(format, x);
    Tensor out = tensor(format, y);
    return Optional.ofNullable(
        switch (activation.name()) {
          case "gelu" -> () -> torch.gelu_outf(in, "none", out);
          case "gelu-tanh" -> () -> torch.gelu_outf(in, "tanh", out);
          case "silu" -> () -> torch.silu_outf(in, out);
          default -> null;
        });
  }

  @Override
  public Optional<Runnable> backward(
      Activation activation,
      FloatFormat format,
      MemorySegment dy,
      MemorySegment x,
      MemorySegment dx) {
    Tensor gradient = tensor(format, dy);
    Tensor in = tensor(format, x);
    Tensor out = tensor(format, dx);
    return Optional.ofNullable(
        switch (activation.name()) {
          case "gelu" -> () -> torch.gelu_backward_outf(gradient, in, "none", out);
          case "gelu-tanh" -> () -> torch.gelu_backward_outf(gradient, in, "tanh", out);
          case "silu" -> () -> torch.silu_backward_outf(gradient, in, out);
          default -> null;
        });
  }

  /** A tensor over memory that outlives it. */
  private static Tensor tensor(FloatFormat format, MemorySegment memory) {
    torch.ScalarType type =
        switch (format) {
          case FP64 -> torch.ScalarType.Double;
          case FP32 -> torch.ScalarType.Float;
          case BF16 -> torch.ScalarType.BFloat16;
          case FP16 -> torch.ScalarType.Half;
        };
    return torch.from_blob(
        new Address(memory),
        new long[] {memory.byteSize() / format.bytes()},
        new TensorOptions(type));
  }

  /** The address of a native segment, as JavaCPP wants it. */
  private static final class Address extends Pointer {
    Address(MemorySegment memory) {
      address = memory.address();
    }
  }
}
