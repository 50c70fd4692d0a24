package invact.internal.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A straight-line computation on one element, in static single assignment: each step gives one
 * value, and no step is repeated or jumped over but the blocks of {@link Op#RARELY}.
 *
 * <p>A form, a forward function, a gate each is a program; coefficients are its parameters, so that
 * a program belongs to a shape and a coefficient set is data. Whatever evaluates a formula is made
 * from its program: {@link Interpreter}, the loops of the runtime, kernels, exports. The {@link
 * Interpreter} is the specification.
 */
public final class Program {
  /**
   * What the caller gives for each element.
   *
   * @param name the name
   * @param type the type
   */
  public record Input(String name, Type type) {}

  /**
   * Numbers that are the same for all elements.
   *
   * @param name the name
   * @param type F32 or I32
   * @param length 1, or the length of a table, a power of two
   * @param offset where they begin in the program's data
   */
  public record Parameter(String name, Type type, int length, int offset) {}

  /**
   * What the program gives for each element.
   *
   * @param name the name
   * @param value the number of the value
   */
  public record Output(String name, int value) {}

  private final String name;
  private final List<Input> inputs;
  private final List<Parameter> parameters;
  private final List<Instruction> body;
  private final List<Output> outputs;
  private final Map<Integer, Instruction> byId = new HashMap<>();

  Program(
      String name,
      List<Input> inputs,
      List<Parameter> parameters,
      List<Instruction> body,
      List<Output> outputs) {
    this.name = name;
    this.inputs = List.copyOf(inputs);
    this.parameters = List.copyOf(parameters);
    this.body = needed(body, outputs);
    this.outputs = List.copyOf(outputs);
    forEach(instruction -> byId.put(instruction.id(), instruction));
  }

  /**
   * What the program computes.
   *
   * @return a name of letters, digits and '_'
   */
  public String name() {
    return name;
  }

  /**
   * The inputs.
   *
   * @return in the order of {@link Instruction#number}
   */
  public List<Input> inputs() {
    return inputs;
  }

  /**
   * The parameters, those too that no step needs.
   *
   * @return in the order of {@link Instruction#number}
   */
  public List<Parameter> parameters() {
    return parameters;
  }

  /**
   * The steps.
   *
   * @return each after those whose values it takes
   */
  public List<Instruction> body() {
    return body;
  }

  /**
   * The outputs.
   *
   * @return at least one
   */
  public List<Output> outputs() {
    return outputs;
  }

  /**
   * The length of the program's data.
   *
   * @return the sum of the parameters' lengths
   */
  public int dataLength() {
    return parameters.stream().mapToInt(Parameter::length).sum();
  }

  /**
   * The step that gives a value, in a block too.
   *
   * @param id the number of the value
   * @return the step
   */
  public Instruction step(int id) {
    return byId.get(id);
  }

  /**
   * Whether a step of some kind occurs, in a block too.
   *
   * @param op the kind
   * @return whether it does
   */
  public boolean uses(Op op) {
    return byId.values().stream().anyMatch(instruction -> instruction.op() == op);
  }

  /**
   * The program of one output alone, without the steps that only others need. Inputs and parameters
   * stay.
   *
   * @param output its name
   * @return the program
   */
  public Program only(String output) {
    List<Output> one = outputs.stream().filter(o -> o.name().equals(output)).toList();
    if (one.isEmpty()) {
      throw new IllegalArgumentException("program " + name + " has no output " + output);
    }
    return new Program(name + "_" + output, inputs, parameters, body, one);
  }

  /**
   * Visits all steps, those of a block before the step that it belongs to.
   *
   * @param visitor is given each step
   */
  public void forEach(Consumer<Instruction> visitor) {
    visit(body, visitor);
  }

  private static void visit(List<Instruction> block, Consumer<Instruction> visitor) {
    for (Instruction instruction : block) {
      visit(instruction.body(), visitor);
      visitor.accept(instruction);
    }
  }

  /** The listing. */
  @Override
  public String toString() {
    return Listing.of(this).text();
  }

  private static List<Instruction> needed(List<Instruction> body, List<Output> outputs) {
    Set<Integer> used = new HashSet<>();
    outputs.forEach(output -> used.add(output.value()));
    return needed(body, used);
  }

  /** The steps whose values are used, from the last to the first; what they take is used then. */
  private static List<Instruction> needed(List<Instruction> block, Set<Integer> used) {
    List<Instruction> kept = new ArrayList<>();
    for (Instruction instruction : block.reversed()) {
      if (!used.contains(instruction.id())) {
        continue;
      }
      used.addAll(instruction.operands());
      if (instruction.op() == Op.RARELY) {
        used.add(instruction.result());
        instruction =
            new Instruction(
                instruction.id(),
                instruction.op(),
                instruction.type(),
                instruction.operands(),
                instruction.number(),
                needed(instruction.body(), used),
                instruction.result());
      }
      kept.add(instruction);
    }
    return List.copyOf(kept.reversed());
  }
}
