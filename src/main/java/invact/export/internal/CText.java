package invact.export.internal;

import invact.internal.program.Computation;
import invact.internal.program.Instruction;
import invact.internal.program.Listing;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import invact.internal.program.text.CStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The body of a C function that computes one program with several data. Numbers that all data share
 * are constants of the function; the others are its arguments.
 *
 * <p>Literals are decimal, the shortest that read back the same: hexadecimal ones are not C++11.
 */
final class CText extends CStyle {
  private final List<Computation> variants;

  /** The name of each parameter that a step takes. */
  private final Map<Program.Parameter, String> names = new HashMap<>();

  /** Name to parameter, of those that are constants of the function. */
  private final Map<String, Program.Parameter> constants = new LinkedHashMap<>();

  /** The same of those that are arguments. */
  private final Map<String, Program.Parameter> arguments = new LinkedHashMap<>();

  /**
   * A program with its data.
   *
   * @param variants computations whose programs are the same, step by step
   */
  CText(List<Computation> variants) {
    super(variants.getFirst().program());
    this.variants = variants;
    String listing = Listing.of(program()).text();
    if (!variants.stream().allMatch(v -> Listing.of(v.program()).text().equals(listing))) {
      throw new IllegalArgumentException(program().name() + " is not one program");
    }
    program().forEach(this::use);
  }

  /** A program with one set of data. */
  CText(Computation computation) {
    this(List.of(computation));
  }

  private void use(Instruction step) {
    if (step.op() != Op.PARAMETER && step.op() != Op.LOOKUP) {
      return;
    }
    Program.Parameter parameter = program().parameters().get((int) step.number());
    if (names.containsKey(parameter)) {
      return;
    }
    boolean isConstant =
        variants.stream()
            .allMatch(v -> Arrays.equals(v.data(parameter), variants.getFirst().data(parameter)));
    Map<String, Program.Parameter> known = isConstant ? constants : arguments;
    Program.Parameter namesake = known.get(parameter.name());
    if (namesake == null) {
      known.put(parameter.name(), parameter);
    } else if (!variants.stream()
        .allMatch(v -> Arrays.equals(v.data(parameter), v.data(namesake)))) {
      throw new IllegalArgumentException(
          program().name() + " has two parameters called " + parameter.name());
    }
    names.put(parameter, parameter.name());
  }

  /**
   * The arguments' declarations.
   *
   * @return {@code ", float minimum"} and so on
   */
  String argumentList() {
    return arguments.keySet().stream().map(name -> ", float " + name).collect(Collectors.joining());
  }

  /**
   * What to call the function with.
   *
   * @param variant the number of the data
   * @return {@code ", -0.17f"} and so on
   */
  String argumentValues(int variant) {
    return arguments.values().stream()
        .map(parameter -> ", " + entries(variants.get(variant), parameter).getFirst())
        .collect(Collectors.joining());
  }

  /** The constants and the steps, up to the first output's return. */
  String body() {
    StringBuilder text = new StringBuilder();
    constants.forEach((name, parameter) -> {
      String type = type(parameter.type());
      List<String> entries = entries(variants.getFirst(), parameter);
      if (parameter.length() == 1) {
        text.append("  const ").append(type).append(' ').append(name);
        text.append(" = ").append(entries.getFirst()).append(";\n");
      } else {
        text.append("  static const ").append(type).append(' ').append(name);
        text.append('[').append(entries.size()).append("] = {\n");
        for (int k = 0; k < entries.size(); k += 4) {
          text.append("      ");
          text.append(String.join(", ", entries.subList(k, Math.min(k + 4, entries.size()))));
          text.append(k + 4 < entries.size() ? ",\n" : "};\n");
        }
      }
    });
    return text.append(statements("  ")).toString();
  }

  /** Whether a step of some kind occurs. */
  boolean uses(Op op) {
    return program().uses(op);
  }

  /** The first output's value. */
  String result() {
    return output(program().outputs().getFirst());
  }

  private List<String> entries(Computation data, Program.Parameter parameter) {
    List<String> entries = new ArrayList<>();
    for (int bits : data.data(parameter)) {
      entries.add(parameter.type() == Type.F32 ? number(Float.intBitsToFloat(bits)) : number(bits));
    }
    return entries;
  }

  @Override
  protected String input(Program.Input input) {
    return input.name();
  }

  @Override
  protected String parameter(Program.Parameter parameter) {
    return names.get(parameter);
  }

  @Override
  protected String lookup(Program.Parameter table, String index) {
    return names.get(table) + "[" + index + "]";
  }

  @Override
  protected String reinterpret(Instruction step, String operand) {
    return (step.op() == Op.BITS ? "invact_bits(" : "invact_float(") + operand + ")";
  }

  @Override
  protected String number(float number) {
    return Float.isFinite(number) ? number + "f" : special(number);
  }

  @Override
  protected String number(double number) {
    return Double.isFinite(number) ? Double.toString(number) : "(double)" + special(number);
  }
}
