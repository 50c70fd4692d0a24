package invact.runtime.internal.vector;

import invact.internal.program.Instruction;
import invact.internal.program.Listing;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/** Writes the method of one loop; {@link LoopCompiler} says what for. */
final class LoopWriter extends StepWriter {
  /** From this length on a table is gathered from, up to a register's lanes it is permuted. */
  static final int LEAST_GATHERED = 1 << 16;

  /** Its fields: {@link LoopData}'s components. */
  static final SequencedMap<String, ClassDesc> FIELDS = new LinkedHashMap<>();

  static {
    FIELDS.put("numbers", FLOAT_ARRAY);
    FIELDS.put("permuted", INT_ARRAY);
    FIELDS.put("gathered", OBJECT_ARRAY);
  }

  static final MethodTypeDesc CONSTRUCTOR =
      MethodTypeDesc.of(ConstantDescs.CD_void, FLOAT_ARRAY, INT_ARRAY, OBJECT_ARRAY);

  private static final int SEGMENTS = 5;

  static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          ConstantDescs.CD_void,
          SEGMENT,
          SEGMENT,
          SEGMENT,
          SEGMENT,
          SEGMENT,
          ConstantDescs.CD_long,
          ConstantDescs.CD_int);

  /** The local variables of run's parameters. */
  private static final int FIRST_SEGMENT = 1;

  private static final int FROM = FIRST_SEGMENT + SEGMENTS;
  private static final int COUNT = FROM + 2;

  private final List<Stream> streams;
  private final Storage storage;
  private final Listing listing;
  private final ClassDesc name;
  private int element;

  LoopWriter(
      Program program, List<Stream> streams, Storage storage, ClassDesc name, CodeBuilder out) {
    super(program, new LoopPlan(program, streams), out);
    this.streams = streams;
    this.storage = storage;
    this.name = name;
    listing = Listing.of(program);
  }

  static void writeConstructor(ClassDesc type, CodeBuilder out) {
    out.aload(0)
        .invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
    int[] parameter = {1};
    FIELDS.forEach((field, descriptor) ->
        out.aload(0).aload(parameter[0]++).putfield(type, field, descriptor));
    out.return_();
  }

  /** The whole method. */
  void write() {
    writePrologue();
    int i = out.allocateLocal(TypeKind.INT);
    Label end = out.newLabel();
    out.iconst_0().istore(i).iload(i).iload(COUNT).if_icmpge(end);
    Label loop = out.newBoundLabel();
    element = out.allocateLocal(TypeKind.LONG);
    out.lload(FROM).iload(i).i2l().ladd().lstore(element);
    write(program.body());
    out.iload(i).getstatic(LANES, "COUNT", ConstantDescs.CD_int).iadd().istore(i);
    out.iload(i).iload(COUNT);
    if (plan.keepsOrder()) {
      out.if_icmpne(loop);
    } else {
      out.if_icmplt(loop);
    }
    out.labelBinding(end).return_();
  }

  /** Casts the segments to classes that are constants, and reads the data. */
  private void writePrologue() {
    for (int s = 0; s < streams.size(); s++) {
      out.getstatic(STORAGE, storage.constant(streams.get(s).kind()), ConstantDescs.CD_Class)
          .aload(FIRST_SEGMENT + s)
          .invokevirtual(
              ConstantDescs.CD_Class,
              "cast",
              MethodTypeDesc.of(ConstantDescs.CD_Object, ConstantDescs.CD_Object))
          .checkcast(SEGMENT)
          .astore(FIRST_SEGMENT + s);
    }
    permuted = out.allocateLocal(TypeKind.REFERENCE);
    out.aload(0).getfield(name, "permuted", INT_ARRAY).astore(permuted);
    Set<Integer> used = new HashSet<>();
    program.forEach(step -> {
      if (step.op() == Op.PARAMETER || step.op() == Op.LOOKUP) {
        used.add((int) step.number());
      }
    });
    used.stream().sorted().forEach(this::readData);
    if (used.stream().anyMatch(k -> LoopData.isGathered(program.parameters().get(k)))) {
      indices = out.allocateLocal(TypeKind.REFERENCE);
      out.invokestatic(INDICES, "ofThread", MethodTypeDesc.of(INT_ARRAY)).astore(indices);
    }
  }

  private void readData(int number) {
    Program.Parameter parameter = program.parameters().get(number);
    if (parameter.length() == 1) {
      int local = out.allocateLocal(TypeKind.FLOAT);
      out.aload(0).getfield(name, "numbers", FLOAT_ARRAY).loadConstant(number).faload();
      out.fstore(local);
      data.put(number, local);
    } else if (LoopData.isGathered(parameter)) {
      int local = out.allocateLocal(TypeKind.REFERENCE);
      out.aload(0).getfield(name, "gathered", OBJECT_ARRAY);
      out.loadConstant(LoopData.place(program.parameters(), number)).aaload();
      out.checkcast(parameter.type() == Type.F32 ? FLOAT_ARRAY : INT_ARRAY).astore(local);
      data.put(number, local);
    }
  }

  /** Loads an input where the program first has it; all before anything is stored. */
  private void load(Instruction input) {
    if (locals.containsKey(input.id())) {
      return;
    }
    Program.Input what = program.inputs().get((int) input.number());
    for (int s = 0; s < streams.size(); s++) {
      if (streams.get(s).name().equals(what.name())) {
        int number = (int) input.number();
        int segment = FIRST_SEGMENT + s;
        locals.put(input.id(), loaded(number, segment, streams.get(s).kind(), what.type()));
      }
    }
  }

  /** An output may be an input's buffer. */
  private void loadAll() {
    program.body().stream().filter(step -> step.op() == Op.INPUT).forEach(this::load);
  }

  /** The local variable of an input. */
  private int loaded(int input, int segment, Stream.Kind kind, Type type) {
    switch (kind) {
      case FLOAT -> {
        species("FLOATS").aload(segment);
        address(2);
        order().invokestatic(FLOATS, "fromMemorySegment", fromSegment(FLOATS));
        return store(TypeKind.REFERENCE);
      }
      case SIGNED_16, UNSIGNED_16 -> {
        species("SHORTS").aload(segment);
        address(1);
        order().invokestatic(SHORTS, "fromMemorySegment", fromSegment(SHORTS));
        convert(kind == Stream.Kind.SIGNED_16 ? "S2I" : "ZERO_EXTEND_S2I", SHORTS, "INTS", INTS);
        return store(TypeKind.REFERENCE);
      }
      default -> {
        bitsAddress(segment);
        out.invokeinterface(
            SEGMENT, "get", MethodTypeDesc.of(bitsType(), bitsLayout(), ConstantDescs.CD_long));
        out.i2l();
        int local = store(TypeKind.LONG);
        bits.put(input, local);
        return type == Type.I32 ? leftSigns(local) : local;
      }
    }
  }

  /**
   * Negative where S is not set: registers without mask registers beside them get this sooner than
   * a mask.
   */
  private int leftSigns(int local) {
    broadcast(Type.I32, () -> out.lload(local).l2i().iconst_m1().ixor());
    operator("LSHL", "Binary");
    species("INTS").getstatic(BITS, "TO_SIGN", INT_ARRAY).iconst_0();
    out.invokestatic(
        INTS, "fromArray", MethodTypeDesc.of(INTS, SPECIES, INT_ARRAY, ConstantDescs.CD_int));
    out.invokevirtual(
        INTS, "lanewise", MethodTypeDesc.of(INTS, vector("VectorOperators$Binary"), VECTOR));
    return store(TypeKind.REFERENCE);
  }

  /** Leaves a segment, the layout of a register's bits and their address on the stack. */
  private void bitsAddress(int segment) {
    out.aload(segment).getstatic(BITS, Lanes.COUNT == 16 ? "TWO_BYTES" : "BYTE", bitsLayout());
    address(-3);
  }

  private static ClassDesc bitsLayout() {
    return ClassDesc.of(
        "java.lang.foreign.ValueLayout$" + (Lanes.COUNT == 16 ? "OfShort" : "OfByte"));
  }

  private static ClassDesc bitsType() {
    return Lanes.COUNT == 16 ? ConstantDescs.CD_short : ConstantDescs.CD_byte;
  }

  private void write(List<Instruction> block) {
    for (Instruction step : block) {
      out.lineNumber(listing.line(step.id()));
      boolean isWritten =
          switch (step.op()) {
            case INPUT, PARAMETER, CONSTANT -> false;
            default -> !plan.isFolded(step.id());
          };
      if (step.op() == Op.INPUT) {
        load(step);
      } else if (step.op() == Op.RARELY) {
        rarely(step);
      } else if (isWritten) {
        step(step);
        locals.put(step.id(), store(TypeKind.REFERENCE));
      }
      program.outputs().stream()
          .filter(output -> output.value() == step.id())
          .forEach(this::output);
    }
  }

  private void rarely(Instruction step) {
    push(step.operand(1));
    int local = store(TypeKind.REFERENCE);
    Label end = out.newLabel();
    mask(step.operand(0), Type.F32);
    int mask = store(TypeKind.REFERENCE);
    out.aload(mask).invokevirtual(MASK, "anyTrue", MethodTypeDesc.of(ConstantDescs.CD_boolean));
    out.ifeq(end);
    write(step.body());
    out.aload(local);
    push(step.result());
    out.aload(mask);
    blend(vectorOf(step.type()));
    out.astore(local);
    out.labelBinding(end);
    locals.put(step.id(), local);
  }

  private void output(Program.Output output) {
    loadAll();
    for (int s = 0; s < streams.size(); s++) {
      Stream stream = streams.get(s);
      if (!stream.name().equals(output.name())) {
        continue;
      }
      if (stream.kind() == Stream.Kind.BIT) {
        bitsAddress(FIRST_SEGMENT + s);
        out.aload(locals.get(output.value()));
        out.invokevirtual(MASK, "toLong", MethodTypeDesc.of(ConstantDescs.CD_long)).l2i();
        if (Lanes.COUNT == 16) {
          out.i2s();
        } else {
          out.i2b();
        }
        out.invokeinterface(
            SEGMENT,
            "set",
            MethodTypeDesc.of(
                ConstantDescs.CD_void, bitsLayout(), ConstantDescs.CD_long, bitsType()));
        continue;
      }
      push(output.value());
      boolean isFloat = stream.kind() == Stream.Kind.FLOAT;
      if (!isFloat) {
        convert("I2S", INTS, "SHORTS", SHORTS);
      }
      out.aload(FIRST_SEGMENT + s);
      address(isFloat ? 2 : 1);
      order()
          .invokevirtual(
              isFloat ? FLOATS : SHORTS,
              "intoMemorySegment",
              MethodTypeDesc.of(ConstantDescs.CD_void, SEGMENT, ConstantDescs.CD_long, ORDER));
    }
  }

  /** The element's place in bytes: shifted left, or right if negative. */
  private void address(int shift) {
    out.lload(element).loadConstant(Math.abs(shift));
    if (shift < 0) {
      out.lshr();
    } else {
      out.lshl();
    }
  }
}
