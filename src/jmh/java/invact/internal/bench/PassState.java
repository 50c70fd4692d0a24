package invact.internal.bench;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.numeric.Dtype;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Tensors of random elements, of what dtype, and how many threads work on them. Times are
 * microseconds a pass.
 *
 * <p>Each answer is checked in the set-up, before it is timed: ours bit for bit against the scalar
 * specification, a baseline's against double precision.
 *
 * <pre>
 * mvn -q -Pjmh,libtorch -Djmh="-p dtype=fp32 -p threads=1" test-compile exec:exec
 * mvn -q -Pjmh -Djmh="Passes -p elements=65536 -p threads=1 -prof gc" test-compile exec:exec
 * </pre>
 *
 * <p>The first runs all benchmarks, libtorch's and a copy beside ours, for one dtype. The second
 * shows that a pass allocates nothing: {@code gc.alloc.rate.norm} is what JMH itself allocates,
 * spread over short passes. A call over several threads allocates some hundred bytes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      // JavaCPP would count the tensors, which are not on its account.
      "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
      "-Xmx3g"
    })
// Long enough for the compiler to settle, and for one pass that is slow not to count.
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class PassState {
  @Param({"fp32", "bf16", "fp16"})
  public String dtype;

  @Param({"1", "2"})
  public int threads;

  @Param("16777216")
  public long elements;

  Dtype elementDtype;
  Tensors tensors;
  AnswerCheck check;
  ExecutorService executor;
  MemorySegment x;
  MemorySegment b;
  MemorySegment dy;
  MemorySegment out;
  MemorySegment secondOut;

  /** Fills the tensors. */
  @Setup(Level.Trial)
  public void fill() {
    elementDtype = Dtype.of(dtype);
    executor =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1), Thread.ofPlatform().daemon().factory());
    tensors = new Tensors(elementDtype, elements);
    check = new AnswerCheck(elementDtype, elements);
    x = tensors.normal(1);
    b = tensors.normal(2);
    dy = tensors.normal(3);
    out = tensors.zeros();
    secondOut = tensors.zeros();
    prepare();
  }

  /** Runs everything that is to be timed once, and checks it. */
  abstract void prepare();

  static Activation activation(String name) {
    return Activations.of(name);
  }

  /** Frees the tensors. */
  @TearDown(Level.Trial)
  public void free() {
    tensors.close();
    executor.close();
  }
}
