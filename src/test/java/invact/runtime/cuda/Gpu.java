package invact.runtime.cuda;

import static org.junit.jupiter.api.Assumptions.abort;

import invact.Required;
import invact.runtime.cuda.internal.KernelMaker;
import invact.runtime.cuda.internal.Nvrtc;
import java.util.EnumMap;
import java.util.Map;

/** The device that tests run on. */
final class Gpu implements AutoCloseable {
  final Context context;
  final Stream stream;
  final Kernels kernels;
  private final Map<KernelMaker, Kernels> byMaker = new EnumMap<>(KernelMaker.class);

  /** Skips the test without a GPU; {@code -Dinvact.require=cuda} makes that a failure. */
  Gpu() {
    Context.obstacle().ifPresent(obstacle -> Required.found("cuda", false, obstacle));
    context = Context.primary(0);
    stream = Stream.create(context);
    kernels = kernels(KernelMaker.BEST);
  }

  /** Kernels of one origin; the test is skipped where NVRTC is asked for and missing. */
  Kernels kernels(KernelMaker maker) {
    if (maker == KernelMaker.NVRTC) {
      Nvrtc.obstacle().ifPresent(missing -> abort("no NVRTC: " + missing));
    }
    return byMaker.computeIfAbsent(maker, key -> Kernels.load(context, key));
  }

  @Override
  public void close() {
    byMaker.values().forEach(Kernels::close);
    stream.close();
    context.close();
  }
}
