package invact.runtime.vector;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.PseudoInstruction;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Loops with the code of their parts written into them.
 *
 * <p>A loop over registers is fast only if everything in it becomes one piece of machine code: a
 * vector that a call hands over is an object on the heap, and one such call costs more than all of
 * the arithmetic. Methods of the Vector API are always inlined, others at C2's discretion: not
 * where a call site has seen several classes, not where a method has been compiled to more than
 * 2500 bytes by itself, and none at all once 8000 bytes of bytecode have been inlined, of which an
 * addition of two vectors takes 400. Written without calls, a loop would stand once for each
 * kernel, format and kind of buffer. So the calls are taken out here, in the class file: for each
 * combination of parts a hidden class is made from the class of loops, in which each call of a
 * method of this package is replaced by that method's code, to any depth, and a part's methods are
 * those of its class.
 *
 * <p>What is replaced may branch and loop, but must have neither a switch nor a handler of
 * exceptions, and must not refer to private members of other classes than the first part's.
 *
 * @param <L> what the loops are used as
 */
final class Fusion<L> {
  private static final String PACKAGE = Fusion.class.getPackageName().replace('.', '/') + "/";

  private final Class<L> type;
  private final Class<? extends L> loops;
  private final List<Class<?>> partTypes;
  private final Map<List<Class<?>>, MethodHandle> constructors = new ConcurrentHashMap<>();

  /**
   * Loops to be fused with parts.
   *
   * @param type what the loops are used as
   * @param loops their class
   * @param partTypes the interfaces of their parts, the parameters of the loops' constructor
   */
  Fusion(Class<L> type, Class<? extends L> loops, Class<?>... partTypes) {
    this.type = type;
    this.loops = loops;
    this.partTypes = List.of(partTypes);
  }

  /** The loops with these parts. */
  L of(Object... parts) {
    List<Class<?>> classes = new ArrayList<>();
    for (Object part : parts) {
      classes.add(part.getClass());
    }
    MethodHandle constructor = constructors.computeIfAbsent(classes, this::constructor);
    try {
      return type.cast(constructor.invokeWithArguments(parts));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private MethodHandle constructor(List<Class<?>> parts) {
    try {
      MethodHandles.Lookup host =
          MethodHandles.privateLookupIn(parts.getFirst(), MethodHandles.lookup());
      MethodHandles.Lookup fused =
          host.defineHiddenClass(
              new Writer(parts, host).fused(), true, MethodHandles.Lookup.ClassOption.NESTMATE);
      return fused.findConstructor(
          fused.lookupClass(), MethodType.methodType(void.class, partTypes));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes one hidden class. */
  private final class Writer {
    /** The class of a part, by its interface's internal name. */
    private final Map<String, Class<?>> parts = new HashMap<>();

    private final ClassFile classFile;
    private final Map<String, ClassModel> models = new HashMap<>();

    Writer(List<Class<?>> classes, MethodHandles.Lookup lookup) {
      for (int p = 0; p < classes.size(); p++) {
        parts.put(internalName(partTypes.get(p)), classes.get(p));
      }
      classFile =
          ClassFile.of(
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(lookup.lookupClass().getClassLoader())));
    }

    byte[] fused() {
      ClassModel model = model(internalName(loops));
      return classFile.build(
          model.thisClass().asSymbol(),
          fused -> {
            for (ClassElement element : model) {
              if (element instanceof MethodModel method && !isConstructor(method)) {
                fused.withMethodBody(
                    method.methodName().stringValue(),
                    method.methodTypeSymbol(),
                    method.flags().flagsMask(),
                    code -> write(method, 0, null, code));
              } else {
                fused.with(element);
              }
            }
          });
    }

    /**
     * Writes a method's code.
     *
     * @param base the first local variable that is its own
     * @param end where it returns to; null if it returns in earnest
     */
    private void write(MethodModel method, int base, Label end, CodeBuilder out) {
      CodeAttribute code = (CodeAttribute) method.code().orElseThrow();
      Map<Label, Label> labels = new HashMap<>();
      for (CodeElement element : code) {
        switch (element) {
          case LoadInstruction i -> out.loadLocal(i.typeKind(), base + i.slot());
          case StoreInstruction i -> out.storeLocal(i.typeKind(), base + i.slot());
          case IncrementInstruction i -> out.iinc(base + i.slot(), i.constant());
          case LabelTarget i -> out.labelBinding(renamed(i.label(), labels, out));
          case BranchInstruction i -> out.branch(i.opcode(), renamed(i.target(), labels, out));
          case ReturnInstruction _ when end != null -> out.goto_(end);
          case InvokeInstruction i when isReplaced(i) -> writeCall(i, base + code.maxLocals(), out);
          case LookupSwitchInstruction _, TableSwitchInstruction _, ExceptionCatch _ ->
              throw new IllegalStateException("cannot fuse " + element + " of " + method);
          case Instruction i -> out.with(i);
          case PseudoInstruction _ -> {}
          default -> {}
        }
      }
    }

    private static Label renamed(Label label, Map<Label, Label> labels, CodeBuilder out) {
      return labels.computeIfAbsent(label, _ -> out.newLabel());
    }

    private boolean isReplaced(InvokeInstruction call) {
      return call.owner().asInternalName().startsWith(PACKAGE);
    }

    /** Takes the arguments from the stack to local variables, and goes on in the method's code. */
    private void writeCall(InvokeInstruction call, int base, CodeBuilder out) {
      Class<?> part = parts.get(call.owner().asInternalName());
      String owner = part == null ? call.owner().asInternalName() : internalName(part);
      MethodModel method = method(owner, call);
      boolean isStatic = call.opcode() == Opcode.INVOKESTATIC;
      List<ClassDesc> parameters = method.methodTypeSymbol().parameterList();
      int slot = base + (isStatic ? 0 : 1);
      for (ClassDesc parameter : parameters) {
        slot += TypeKind.from(parameter).slotSize();
      }
      for (ClassDesc parameter : parameters.reversed()) {
        TypeKind kind = TypeKind.from(parameter);
        slot -= kind.slotSize();
        out.storeLocal(kind, slot);
      }
      if (!isStatic) {
        if (part != null) {
          out.checkcast(part.describeConstable().orElseThrow());
        }
        out.astore(base);
      }
      Label end = out.newLabel();
      write(method, base, end, out);
      out.labelBinding(end);
    }

    private MethodModel method(String owner, InvokeInstruction call) {
      MethodTypeDesc type = call.typeSymbol();
      return model(owner).methods().stream()
          .filter(m -> m.methodName().equalsString(call.name().stringValue()))
          .filter(m -> m.methodTypeSymbol().equals(type))
          .filter(m -> !m.flags().has(AccessFlag.ABSTRACT))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException(owner + " has no code of " + call));
    }

    private ClassModel model(String internalName) {
      return models.computeIfAbsent(internalName, name -> classFile.parse(bytes(name)));
    }
  }

  private static boolean isConstructor(MethodModel method) {
    return method.methodName().equalsString("<init>");
  }

  private static String internalName(Class<?> c) {
    return c.getName().replace('.', '/');
  }

  private static byte[] bytes(String internalName) {
    String file = internalName.substring(PACKAGE.length()) + ".class";
    try (InputStream in = Fusion.class.getResourceAsStream(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
