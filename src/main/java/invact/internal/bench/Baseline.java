package invact.internal.bench;

import invact.activation.Activation;
import invact.numeric.Dtype;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Another library's operations of the same use, on the same native memory. */
interface Baseline {
  /** The library and its version. */
  String name();

  /** How many threads it is to use from now on. */
  void useThreads(int threads);

  /** A copy of a tensor. */
  Runnable copy(Dtype dtype, MemorySegment from, MemorySegment to);

  /** y = f(x), if the library has f. */
  Optional<Runnable> forward(Activation activation, Dtype dtype, MemorySegment x, MemorySegment y);

  /** dx = dy·f′(x), from the input, if the library has it. */
  Optional<Runnable> backward(
      Activation activation, Dtype dtype, MemorySegment dy, MemorySegment x, MemorySegment dx);

  /**
   * The gated unit f(a)·b, if the library has f: as a network runs it that has no kernel for the
   * whole, keeping f(a).
   */
  Optional<Gate> gate(Activation activation, Dtype dtype, MemorySegment a, MemorySegment b);

  /** A gated unit over its inputs. */
  interface Gate {
    /** p = f(a)·b; f(a) is kept in a tensor of the library's. */
    Runnable forward(MemorySegment p);

    /** db = dp·f(a) and da = dp·b·f′(a), after {@link #forward}. */
    Runnable backward(MemorySegment dp, MemorySegment da, MemorySegment db);
  }
}
