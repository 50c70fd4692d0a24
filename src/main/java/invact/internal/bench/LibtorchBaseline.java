package invact.internal.bench;

import invact.activation.Activation;
import invact.numeric.Dtype;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** libtorch's kernels, which write to tensors that are there, without a graph. */
final class LibtorchBaseline implements Baseline {
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
  public Runnable copy(Dtype dtype, MemorySegment from, MemorySegment to) {
    Tensor source = tensor(dtype, from);
    Tensor target = tensor(dtype, to);
    return () -> target.copy_(source);
  }

  @Override
  public Optional<Runnable> forward(
      Activation activation, Dtype dtype, MemorySegment x, MemorySegment y) {
    return kernels(activation)
        .map(kernels -> {
          Tensor in = tensor(dtype, x);
          Tensor out = tensor(dtype, y);
          return () -> kernels.forward(in, out);
        });
  }

  @Override
  public Optional<Runnable> backward(
      Activation activation, Dtype dtype, MemorySegment dy, MemorySegment x, MemorySegment dx) {
    return kernels(activation)
        .map(kernels -> {
          Tensor gradient = tensor(dtype, dy);
          Tensor in = tensor(dtype, x);
          Tensor out = tensor(dtype, dx);
          return () -> kernels.backward(gradient, in, out);
        });
  }

  @Override
  public Optional<Baseline.Gate> gate(
      Activation activation, Dtype dtype, MemorySegment a, MemorySegment b) {
    return kernels(activation)
        .map(kernels -> new EagerGate(dtype, kernels, tensor(dtype, a), tensor(dtype, b)));
  }

  /** f and f′ of an activation that libtorch has. */
  private interface ActivationKernels {
    void forward(Tensor x, Tensor y);

    void backward(Tensor dy, Tensor x, Tensor dx);
  }

  private static Optional<ActivationKernels> kernels(Activation activation) {
    return switch (activation.name()) {
      case "gelu" -> Optional.of(new GeluKernels("none"));
      case "gelu-tanh" -> Optional.of(new GeluKernels("tanh"));
      case "silu" -> Optional.of(new SiluKernels());
      default -> Optional.empty();
    };
  }

  private record GeluKernels(String approximate) implements ActivationKernels {
    @Override
    public void forward(Tensor x, Tensor y) {
      torch.gelu_outf(x, approximate, y);
    }

    @Override
    public void backward(Tensor dy, Tensor x, Tensor dx) {
      torch.gelu_backward_outf(dy, x, approximate, dx);
    }
  }

  private record SiluKernels() implements ActivationKernels {
    @Override
    public void forward(Tensor x, Tensor y) {
      torch.silu_outf(x, y);
    }

    @Override
    public void backward(Tensor dy, Tensor x, Tensor dx) {
      torch.silu_backward_outf(dy, x, dx);
    }
  }

  /** What autograd runs for f(a)·b: f and a product; two products and f′. */
  private static final class EagerGate implements Baseline.Gate {
    private final Dtype dtype;
    private final ActivationKernels kernels;
    private final Tensor a;
    private final Tensor b;
    private final Tensor value;
    private final Tensor gradient;

    EagerGate(Dtype dtype, ActivationKernels kernels, Tensor a, Tensor b) {
      this.dtype = dtype;
      this.kernels = kernels;
      this.a = a;
      this.b = b;
      value = torch.empty_like(a);
      gradient = torch.empty_like(a);
    }

    @Override
    public Runnable forward(MemorySegment p) {
      Tensor product = tensor(dtype, p);
      return () -> {
        kernels.forward(a, value);
        torch.mul_out(product, value, b);
      };
    }

    @Override
    public Runnable backward(MemorySegment dp, MemorySegment da, MemorySegment db) {
      Tensor productGradient = tensor(dtype, dp);
      Tensor inputGradient = tensor(dtype, da);
      Tensor factorGradient = tensor(dtype, db);
      return () -> {
        torch.mul_out(factorGradient, productGradient, value);
        torch.mul_out(gradient, productGradient, b);
        kernels.backward(gradient, a, inputGradient);
      };
    }
  }

  /** A tensor over memory that outlives it. */
  private static Tensor tensor(Dtype dtype, MemorySegment memory) {
    torch.ScalarType type =
        switch (dtype) {
          case FP64 -> torch.ScalarType.Double;
          case FP32 -> torch.ScalarType.Float;
          case BF16 -> torch.ScalarType.BFloat16;
          case FP16 -> torch.ScalarType.Half;
        };
    return torch.from_blob(
        new Address(memory),
        new long[] {memory.byteSize() / dtype.bytes()},
        new TensorOptions(type));
  }

  /** The address of a native segment, as JavaCPP wants it. */
  private static final class Address extends Pointer {
    Address(MemorySegment memory) {
      address = memory.address();
    }
  }
}
