package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.internal.program.Program;
import invact.internal.program.Type;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The one structure that is a kernel's argument: the text of its declaration, and where its members
 * are, are both made from the list of members. The text has the compiler check the places.
 */
final class ArgumentLayout {
  /** How many elements there are. */
  static final String COUNT = "n";

  /**
   * How many whole groups of elements may be moved in vectors of 16 bytes: 0 if a tensor is not
   * aligned to 16 bytes.
   */
  static final String VECTORS = "vectors";

  /**
   * Largest argument in bytes that a driver of CUDA 11 passes. A program whose structure is larger
   * is interpreted: the interpreter reads its data from memory.
   */
  static final long MOST_BYTES = 4096;

  /**
   * A member.
   *
   * @param type its type in CUDA C
   * @param layout its name, and its size as the device has it
   */
  private record Member(String type, MemoryLayout layout) {
    String name() {
      return layout.name().orElseThrow();
    }

    String declaration() {
      String length =
          layout instanceof SequenceLayout array ? "[" + array.elementCount() + "]" : "";
      return type + " " + name() + length + ";";
    }
  }

  private final List<Member> members = new ArrayList<>();
  private StructLayout struct = MemoryLayout.structLayout();

  /** The structure of a program's kernel: tensors, indicator, count, vectors and the data. */
  static ArgumentLayout of(Program program) {
    ArgumentLayout layout = new ArgumentLayout();
    program
        .inputs()
        .forEach(input -> layout.pointer(isIndicator(input.type()), true, input.name()));
    program
        .outputs()
        .forEach(output ->
            layout.pointer(isIndicator(program.step(output.value()).type()), false, output.name()));
    layout.counts();
    for (Program.Parameter parameter : program.parameters()) {
      MemoryLayout word = parameter.type() == Type.F32 ? JAVA_FLOAT : JAVA_INT;
      layout.add(
          parameter.type() == Type.F32 ? "float" : "int32_t",
          (parameter.length() == 1 ? word : MemoryLayout.sequenceLayout(parameter.length(), word))
              .withName(parameter.name()));
    }
    return layout;
  }

  private static boolean isIndicator(Type type) {
    return type == Type.BOOL;
  }

  ArgumentLayout pointer(boolean isIndicator, boolean isRead, String name) {
    return add((isRead ? "const " : "") + (isIndicator ? "uint8_t*" : "void*"), address(name));
  }

  /** An array of pointers to tensors. */
  ArgumentLayout pointers(int count, boolean isRead, String name) {
    return add(
        isRead ? "const void*" : "void*",
        MemoryLayout.sequenceLayout(count, JAVA_LONG).withName(name));
  }

  /** A pointer to numbers on the device. */
  ArgumentLayout pointer(String type, String name) {
    return add("const " + type + "*", address(name));
  }

  private static MemoryLayout address(String name) {
    return JAVA_LONG.withName(name);
  }

  /** Both counts of elements. */
  ArgumentLayout counts() {
    return add("uint64_t", address(COUNT)).add("uint64_t", address(VECTORS));
  }

  /** An integer. */
  ArgumentLayout word(String name) {
    return add("uint32_t", JAVA_INT.withName(name));
  }

  private ArgumentLayout add(String type, MemoryLayout layout) {
    members.add(new Member(type, layout));
    struct =
        MemoryLayout.structLayout(
            members.stream().map(Member::layout).toArray(MemoryLayout[]::new));
    return this;
  }

  /** The place of a member. */
  long offset(String name) {
    return struct.byteOffset(PathElement.groupElement(name));
  }

  /** The place of one of a member's pointers. */
  long offset(String name, int index) {
    return offset(name) + index * JAVA_LONG.byteSize();
  }

  /** The place behind the counts, where a program's data are, in words of 32 bits. */
  int firstWord() {
    return Math.toIntExact((offset(VECTORS) + JAVA_LONG.byteSize()) / Integer.BYTES);
  }

  /** The size, a multiple of the alignment. */
  long byteSize() {
    return (struct.byteSize() + Long.BYTES - 1) & -Long.BYTES;
  }

  /** Stores a program's data. */
  void store(int[] data, MemorySegment arguments) {
    MemorySegment.copy(data, 0, arguments, JAVA_INT, 4L * firstWord(), data.length);
  }

  /** The declaration, and that the compiler lays it out as this does. */
  String text(String structName) {
    StringBuilder text = new StringBuilder("struct " + structName + " {\n");
    members.forEach(member -> text.append("  ").append(member.declaration()).append('\n'));
    text.append("};\n");
    for (Member member : members) {
      text.append("static_assert(offsetof(")
          .append(structName)
          .append(", ")
          .append(member.name())
          .append(") == ")
          .append(offset(member.name()))
          .append(", \"\");\n");
    }
    return text.append("static_assert(sizeof(")
        .append(structName)
        .append(") == ")
        .append(byteSize())
        .append(", \"\");\n")
        .toString();
  }
}
