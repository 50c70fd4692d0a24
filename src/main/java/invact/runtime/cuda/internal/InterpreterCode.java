package invact.runtime.cuda.internal;

import invact.internal.program.Computation;
import invact.internal.program.Instruction;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program as interpreter.cuh takes it: steps of four words, and numbers. Blocks of few elements
 * are computed for all, and selected from. A value's slot is free again after its last use.
 *
 * @param steps the steps, of {@value #STEP_WORDS} words each
 * @param data the parameters' and constants' bits
 */
record InterpreterCode(int[] steps, int[] data) {
  /**
   * Slots of 32 bits for each element; the programs of shipped sets take 18 at most. For each
   * thread that a device can hold, the driver sets 32 bytes a slot aside: on an H100 200 MB in all.
   */
  static final int SLOTS = 24;

  /** Words of a step: code and target, two operands, the third operand, a number. */
  static final int STEP_WORDS = 4;

  /** The F32 output, behind the codes of all operations and types. */
  private static final int OUTPUT = Op.values().length * Type.values().length;

  /** The most tensors that a program reads, and writes. */
  static final int INPUTS = 3;

  static final int OUTPUTS = 2;

  /** The code of a program. */
  static InterpreterCode of(Computation computation) {
    return new Encoder(computation).encode();
  }

  /** How many steps there are. */
  int count() {
    return steps.length / STEP_WORDS;
  }

  /** The enum Code of interpreter.cuh, and SLOTS. */
  static String declarations() {
    StringBuilder text = new StringBuilder("constexpr int SLOTS = " + SLOTS + ";\n");
    text.append("enum Code {\n");
    for (Op op : Op.values()) {
      for (Type type : Type.values()) {
        text.append("  ").append(name(op, type)).append(" = ").append(code(op, type));
        text.append(",\n");
      }
    }
    text.append("  OUTPUT_F32 = ").append(OUTPUT).append(",\n  OUTPUT_BOOL = ").append(OUTPUT + 1);
    return text.append(",\n};\n").toString();
  }

  /** The name of a code. */
  static String name(Op op, Type type) {
    return op + "_" + type;
  }

  private static int code(Op op, Type type) {
    return op.ordinal() * Type.values().length + type.ordinal();
  }

  /** Writes the steps of one program. */
  private static final class Encoder {
    private final Program program;
    private final int[] parameters;
    private final List<Integer> constants = new ArrayList<>();
    private final List<Integer> words = new ArrayList<>();
    private final List<Instruction> order = new ArrayList<>();
    private final Map<Integer, Integer> lastUse = new HashMap<>();
    private final Map<Integer, Integer> slots = new HashMap<>();
    private final BitSet taken = new BitSet();
    private int inputs;

    Encoder(Computation computation) {
      program = computation.program();
      parameters = computation.data();
      flatten(program.body());
      for (int i = 0; i < order.size(); i++) {
        int at = i;
        order.get(i).operands().forEach(operand -> lastUse.put(operand, at));
        if (order.get(i).op() == Op.RARELY) {
          lastUse.put(order.get(i).result(), at);
        }
      }
      program.outputs().forEach(output -> lastUse.put(output.value(), order.size()));
    }

    private void flatten(List<Instruction> block) {
      for (Instruction step : block) {
        flatten(step.body());
        order.add(step);
      }
    }

    InterpreterCode encode() {
      for (int i = 0; i < order.size(); i++) {
        encode(order.get(i), i);
      }
      int outputs = 0;
      for (Program.Output output : program.outputs()) {
        bring(output.value(), new ArrayList<>());
        boolean isIndicator = program.step(output.value()).type() == Type.BOOL;
        int number = isIndicator ? 0 : outputs++;
        add(OUTPUT + (isIndicator ? 1 : 0), 0, slots.get(output.value()), 0, 0, number);
      }
      if (inputs > INPUTS || outputs > OUTPUTS) {
        throw new IllegalArgumentException("too many tensors in program " + program.name());
      }
      int[] data = new int[parameters.length + constants.size()];
      System.arraycopy(parameters, 0, data, 0, parameters.length);
      for (int i = 0; i < constants.size(); i++) {
        data[parameters.length + i] = constants.get(i);
      }
      return new InterpreterCode(words.stream().mapToInt(word -> word).toArray(), data);
    }

    private void encode(Instruction step, int at) {
      if (isNumber(step)) {
        // Brought in anew for each step that takes it, so that numbers keep no slots.
        return;
      }
      List<Instruction> numbers = new ArrayList<>();
      step.operands().forEach(operand -> bring(operand, numbers));
      if (step.op() == Op.RARELY) {
        bring(step.result(), numbers);
      }
      int to = take(step.type());
      slots.put(step.id(), to);
      int[] from = step.operands().stream().mapToInt(slots::get).toArray();
      int a = from.length > 0 ? from[0] : 0;
      int b = from.length > 1 ? from[1] : 0;
      int c = from.length > 2 ? from[2] : 0;
      switch (step.op()) {
        case INPUT -> {
          boolean isTensor = step.type() == Type.F32;
          add(code(step.op(), step.type()), to, 0, 0, 0, isTensor ? tensor(step) : 0);
        }
        case LOOKUP ->
            add(
                code(Op.LOOKUP, step.type()),
                to,
                a,
                0,
                parameter(step).length() - 1,
                parameter(step).offset());
        case RARELY -> add(code(Op.SELECT, step.type()), to, a, slots.get(step.result()), b, 0);
        case LT, GT, GE, EQ ->
            add(code(step.op(), program.step(step.operand(0)).type()), to, a, b, c, 0);
        default -> add(code(step.op(), step.type()), to, a, b, c, (int) step.number());
      }
      numbers.forEach(number -> {
        free(number);
        slots.remove(number.id());
      });
      step.operands().forEach(operand -> release(operand, at));
      if (step.op() == Op.RARELY) {
        release(step.result(), at);
      }
    }

    private static boolean isNumber(Instruction step) {
      return step.op() == Op.PARAMETER || step.op() == Op.CONSTANT;
    }

    /** Sees to it that an operand is in a slot. */
    private void bring(int operand, List<Instruction> numbers) {
      Instruction step = program.step(operand);
      if (!isNumber(step) || slots.containsKey(operand)) {
        return;
      }
      numbers.add(step);
      int to = take(step.type());
      slots.put(operand, to);
      int place = step.op() == Op.PARAMETER ? parameter(step).offset() : constant(step);
      add(code(Op.PARAMETER, step.type()), to, 0, 0, 0, place);
    }

    private Program.Parameter parameter(Instruction step) {
      return program.parameters().get((int) step.number());
    }

    /** The number of a tensor among those that are read. */
    private int tensor(Instruction input) {
      int number = 0;
      for (int k = 0; k < (int) input.number(); k++) {
        number += program.inputs().get(k).type() == Type.F32 ? 1 : 0;
      }
      inputs = Math.max(inputs, number + 1);
      return number;
    }

    private int constant(Instruction step) {
      int place = parameters.length + constants.size();
      constants.add((int) step.number());
      if (step.type() == Type.F64) {
        constants.add((int) (step.number() >>> 32));
      }
      return place;
    }

    private int take(Type type) {
      int width = type == Type.F64 ? 2 : 1;
      int slot = taken.nextClearBit(0);
      while (width == 2 && taken.get(slot + 1)) {
        slot = taken.nextClearBit(slot + 1);
      }
      if (slot + width > SLOTS) {
        throw new IllegalArgumentException(
            "program " + program.name() + " keeps more than " + SLOTS + " values at once");
      }
      taken.set(slot, slot + width);
      return slot;
    }

    /** Frees the slot of a value that no later step takes. */
    private void release(int value, int at) {
      if (!isNumber(program.step(value)) && lastUse.get(value) == at) {
        free(program.step(value));
      }
    }

    private void free(Instruction value) {
      int slot = slots.get(value.id());
      taken.clear(slot, slot + (value.type() == Type.F64 ? 2 : 1));
    }

    private void add(int code, int to, int a, int b, int c, int number) {
      words.add(code | to << 16);
      words.add(a | b << 16);
      words.add(c);
      words.add(number);
    }
  }
}
