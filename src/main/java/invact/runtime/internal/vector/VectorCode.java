package invact.runtime.internal.vector;

import invact.internal.program.Type;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** Code that calls the Vector API on registers of {@link Lanes#COUNT} elements. */
class VectorCode {
  static final String PACKAGE = VectorCode.class.getPackageName();

  static final ClassDesc FLOAT_ARRAY = ConstantDescs.CD_float.arrayType();
  static final ClassDesc INT_ARRAY = ConstantDescs.CD_int.arrayType();
  static final ClassDesc OBJECT_ARRAY = ConstantDescs.CD_Object.arrayType();

  static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
  static final ClassDesc LANES = ClassDesc.of(PACKAGE + ".Lanes");
  static final ClassDesc STORAGE = ClassDesc.of(PACKAGE + ".Storage");
  static final ClassDesc BITS = ClassDesc.of(PACKAGE + ".IndicatorBits");
  static final ClassDesc INDICES = ClassDesc.of(PACKAGE + ".GatherIndices");
  static final ClassDesc FLOATS = vector("FloatVector");
  static final ClassDesc INTS = vector("IntVector");
  static final ClassDesc SHORTS = vector("ShortVector");
  static final ClassDesc VECTOR = vector("Vector");
  static final ClassDesc MASK = vector("VectorMask");
  static final ClassDesc SPECIES = vector("VectorSpecies");
  static final ClassDesc OPERATORS = vector("VectorOperators");
  static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");

  final CodeBuilder out;

  VectorCode(CodeBuilder out) {
    this.out = out;
  }

  static ClassDesc vector(String name) {
    return ClassDesc.of("jdk.incubator.vector." + name);
  }

  static MethodTypeDesc comparison() {
    return MethodTypeDesc.of(MASK, vector("VectorOperators$Comparison"), VECTOR);
  }

  static MethodTypeDesc fromLong() {
    return MethodTypeDesc.of(MASK, SPECIES, ConstantDescs.CD_long);
  }

  void blend(ClassDesc type) {
    out.invokevirtual(type, "blend", MethodTypeDesc.of(type, VECTOR, MASK));
  }

  void broadcast(Type type, Runnable number) {
    boolean isFloat = type == Type.F32;
    species(isFloat ? "FLOATS" : "INTS");
    number.run();
    ClassDesc vector = vectorOf(type);
    out.invokestatic(
        vector,
        "broadcast",
        MethodTypeDesc.of(
            vector, SPECIES, isFloat ? ConstantDescs.CD_float : ConstantDescs.CD_int));
  }

  static ClassDesc vectorOf(Type type) {
    return type == Type.I32 ? INTS : FLOATS;
  }

  int store(TypeKind kind) {
    int slot = out.allocateLocal(kind);
    out.storeLocal(kind, slot);
    return slot;
  }

  CodeBuilder species(String name) {
    return out.getstatic(LANES, name, SPECIES);
  }

  CodeBuilder order() {
    return out.getstatic(LANES, "ORDER", ORDER);
  }

  void operator(String name, String kind) {
    out.getstatic(OPERATORS, name, vector("VectorOperators$" + kind));
  }

  static MethodTypeDesc fromSegment(ClassDesc type) {
    return MethodTypeDesc.of(type, SPECIES, SEGMENT, ConstantDescs.CD_long, ORDER);
  }

  void convert(String conversion, ClassDesc from, String species, ClassDesc to) {
    operator(conversion, "Conversion");
    species(species).iconst_0();
    out.invokevirtual(
        from,
        "convertShape",
        MethodTypeDesc.of(
            VECTOR, vector("VectorOperators$Conversion"), SPECIES, ConstantDescs.CD_int));
    out.checkcast(to);
  }
}
