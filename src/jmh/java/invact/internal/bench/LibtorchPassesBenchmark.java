package invact.internal.bench;

import invact.activation.Activation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** libtorch's operations of the same use, on native memory, with as many threads. */
public class LibtorchPassesBenchmark extends PassState {
  @Param({"gelu", "silu"})
  public String activation;

  private Runnable copy;
  private Runnable forward;
  private Runnable backward;
  private Runnable gatedForward;
  private Runnable gatedBackward;

  @Override
  void prepare() {
    Baseline libtorch =
        Libtorch.baseline()
            .orElseThrow(() -> new BenchmarkException("libtorch: " + Libtorch.obstacle().get()));
    libtorch.useThreads(threads);
    Activation f = activation(activation);
    copy = libtorch.copy(elementDtype, x, out);
    forward = libtorch.forward(f, elementDtype, x, out).orElseThrow();
    forward.run();
    check.baselineForward("forward", f, x, out);
    backward = libtorch.backward(f, elementDtype, dy, x, out).orElseThrow();
    backward.run();
    check.baselineBackward("backward", f, dy, x, out);
    Baseline.Gate gate = libtorch.gate(f, elementDtype, x, b).orElseThrow();
    gatedForward = gate.forward(out);
    gatedForward.run();
    check.baselineGatedForward("gated forward", f, x, b, out);
    gatedBackward = gate.backward(dy, out, secondOut);
    gatedBackward.run();
    check.baselineGatedBackward("gated backward", f, dy, x, b, out, secondOut);
  }

  /** A tensor to another. */
  @Benchmark
  public void copy() {
    copy.run();
  }

  /** f(x). */
  @Benchmark
  public void forward() {
    forward.run();
  }

  /** dy·f′(x), from x. */
  @Benchmark
  public void backward() {
    backward.run();
  }

  /** f(a), f(a)·b. */
  @Benchmark
  public void gatedForward() {
    gatedForward.run();
  }

  /** dp·f(a), dp·b, dp·b·f′(a). */
  @Benchmark
  public void gatedBackward() {
    gatedBackward.run();
  }
}
