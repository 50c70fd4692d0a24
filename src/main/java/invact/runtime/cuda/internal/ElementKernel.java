package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.internal.program.Program;
import invact.internal.program.Type;
import invact.runtime.cuda.DeviceMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A kernel that takes each element of some tensors through a program. Threads may share it. */
public final class ElementKernel {
  private final Kernel kernel;
  private final Role[] roles;
  private final long count;
  private final long vectors;
  private final boolean isInterpreted;

  /**
   * What a call gives.
   *
   * @param offset where its address belongs in the argument
   * @param isTensor whether it is a tensor, or the indicator
   */
  private record Role(long offset, boolean isTensor) {}

  private ElementKernel(
      Kernel kernel, ArgumentLayout layout, List<Role> roles, boolean isInterpreted) {
    this.kernel = kernel;
    this.roles = roles.toArray(Role[]::new);
    count = layout.offset(ArgumentLayout.COUNT);
    vectors = layout.offset(ArgumentLayout.VECTORS);
    this.isInterpreted = isInterpreted;
  }

  /** A kernel whose argument has a member for each input and output of a program, of its name. */
  static ElementKernel of(Kernel kernel, ArgumentLayout layout, Program program) {
    List<Role> roles = new ArrayList<>();
    program
        .inputs()
        .forEach(
            input -> roles.add(new Role(layout.offset(input.name()), input.type() == Type.F32)));
    program
        .outputs()
        .forEach(output ->
            roles.add(
                new Role(
                    layout.offset(output.name()),
                    program.step(output.value()).type() == Type.F32)));
    return new ElementKernel(kernel, layout, roles, false);
  }

  /** The interpreter, about to run a program. */
  static ElementKernel interpreter(Kernel kernel, Program program) {
    ArgumentLayout layout = BuiltIn.INTERPRETER_LAYOUT;
    List<Role> roles = new ArrayList<>();
    int tensors = 0;
    for (Program.Input input : program.inputs()) {
      roles.add(
          input.type() == Type.F32
              ? new Role(layout.offset("input", tensors++), true)
              : new Role(layout.offset("right_in"), false));
    }
    tensors = 0;
    for (Program.Output output : program.outputs()) {
      roles.add(
          program.step(output.value()).type() == Type.F32
              ? new Role(layout.offset("output", tensors++), true)
              : new Role(layout.offset("right_out"), false));
    }
    return new ElementKernel(kernel, layout, roles, true);
  }

  /** Whether each step is interpreted, many times slower than compiled. */
  public boolean isInterpreted() {
    return isInterpreted;
  }

  /**
   * Queues the kernel.
   *
   * @param stream the handle of the stream where it queues
   * @param elements the number of elements, at least 1
   * @param memory the inputs and outputs, in the program's order
   */
  public void launch(long stream, long elements, DeviceMemory... memory) {
    boolean isWide = true;
    for (int k = 0; k < memory.length; k++) {
      isWide &= !roles[k].isTensor || DeviceCheck.isAligned(memory[k], DeviceCheck.WIDE);
    }
    synchronized (kernel) {
      MemorySegment arguments = kernel.arguments();
      for (int k = 0; k < memory.length; k++) {
        arguments.set(JAVA_LONG, roles[k].offset, memory[k].address());
      }
      arguments.set(JAVA_LONG, count, elements);
      arguments.set(JAVA_LONG, vectors, isWide ? elements / Byte.SIZE : 0);
      kernel.launch(stream, (elements + Byte.SIZE - 1) / Byte.SIZE);
    }
  }
}
