package invact.runtime.internal.vector;

import invact.internal.program.Computation;
import invact.internal.program.Listing;
import invact.internal.program.Program;
import invact.internal.program.Type;
import invact.runtime.internal.GeneratedCode;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compiles programs to loops over registers of the Vector API.
 *
 * <p>A loop over registers is fast only if all of it becomes one piece of machine code: a vector
 * that a call hands over is an object on the heap, and one such call costs more than all of the
 * arithmetic. C2 always inlines the methods of the Vector API, and others at its discretion. So the
 * loop is written as one method, a class for each program, set of streams and kind of storage. Its
 * data are arrays that the instance holds, so that coefficient sets of one shape share the class.
 * The line numbers of its code are those of the program's {@link Listing}.
 *
 * <p><b>The shape of the loop.</b> A test before the loop, and then one at its end: package-info
 * says why. Parameters are read before the loop, and broadcast where they are used, which C2 takes
 * out of the loop again.
 */
final class LoopCompiler {
  private static final Map<Key, MethodHandle> COMPILED = new ConcurrentHashMap<>();

  private record Key(String listing, List<Stream> streams, Storage storage) {}

  private final Program program;
  private final List<Stream> streams;
  private final Storage storage;

  private LoopCompiler(Program program, List<Stream> streams, Storage storage) {
    this.program = program;
    this.streams = streams;
    this.storage = storage;
  }

  /**
   * Whether a program can be compiled: the Vector API has no fp64 beside fp32 of the same lanes,
   * nor exponentials and powers that agree with {@link StrictMath}, and a look-up is a permutation
   * of one register, or a gather from a large table.
   */
  static boolean compiles(Program program) {
    boolean[] able = {true};
    program.forEach(step -> {
      boolean isUnknown =
          switch (step.op()) {
            case EXP, POWER, RECIPROCAL, EXP2 -> true;
            case LOOKUP -> {
              int length = program.parameters().get((int) step.number()).length();
              yield length > Lanes.COUNT && length < LoopWriter.LEAST_GATHERED;
            }
            default -> step.type() == Type.F64;
          };
      able[0] &= !isUnknown;
    });
    return able[0];
  }

  /**
   * Compiles a loop.
   *
   * @param computation a program that {@link #compiles}, with its data
   * @param streams its buffers, in the order of {@link Loop#run}'s parameters; all inputs and
   *     outputs of the program have one
   * @param storage where the buffers lie
   * @return the loop; threads may share it
   */
  static Loop compile(Computation computation, List<Stream> streams, Storage storage) {
    Program program = computation.program();
    MethodHandle constructor =
        COMPILED.computeIfAbsent(
            new Key(Listing.of(program).text(), streams, storage),
            _ -> new LoopCompiler(program, streams, storage).define());
    LoopData data = LoopData.of(computation);
    try {
      return (Loop) constructor.invoke(data.numbers(), data.permuted(), data.gathered());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private MethodHandle define() {
    try {
      return MethodHandles.lookup()
          .findConstructor(
              GeneratedCode.define(MethodHandles.lookup(), "CompiledLoop", program, this::write),
              MethodType.methodType(void.class, float[].class, int[].class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void write(ClassDesc name, ClassBuilder type) {
    type.withInterfaceSymbols(Loop.class.describeConstable().orElseThrow());
    LoopWriter.FIELDS.forEach((field, descriptor) ->
        type.withField(field, descriptor, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL));
    type.withMethodBody(
        ConstantDescs.INIT_NAME,
        LoopWriter.CONSTRUCTOR,
        ClassFile.ACC_PUBLIC,
        out -> LoopWriter.writeConstructor(name, out));
    type.withMethodBody(
        "run",
        LoopWriter.RUN,
        ClassFile.ACC_PUBLIC,
        out -> new LoopWriter(program, streams, storage, name, out).write());
  }
}
