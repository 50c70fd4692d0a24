package invact.certify.internal;

import invact.internal.program.Computation;
import invact.internal.program.Instruction;
import invact.internal.program.Op;
import invact.internal.program.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program of one fp32 input in Taylor arithmetic: what it would give without rounding, its
 * constants and parameters taken as the numbers that they are in fp32.
 *
 * <p>A comparison that the domain does not decide is answered both ways, each answer for the whole
 * domain: one of the outcomes is right at each point. So a jump at a cut-off or between segments is
 * enclosed from both its sides.
 */
final class ProgramEnclosure {
  private final Computation computation;
  private final int[] data;
  private final Map<Integer, Object> values = new HashMap<>();

  /** The answers to comparisons that were not decided, in the order in which they came. */
  private final List<Boolean> answers = new ArrayList<>();

  private int answered;
  private TaylorForm input;

  /**
   * The enclosure of a program.
   *
   * @param computation the program with its data
   */
  ProgramEnclosure(Computation computation) {
    this.computation = computation;
    data = computation.data();
  }

  /**
   * The first output.
   *
   * @param x the input
   * @return the outcomes, one of which is the output at each point of the domain
   * @throws NoEnclosureException if an operation has none on the domain
   */
  List<TaylorForm> values(TaylorForm x) {
    input = x;
    answers.clear();
    List<TaylorForm> outcomes = new ArrayList<>();
    do {
      values.clear();
      answered = 0;
      outcomes.add(form(computation.program().outputs().getFirst().value()));
    } while (nextAnswers());
    return outcomes;
  }

  /** The next combination of answers, those in order of binary numbers; false after the last. */
  private boolean nextAnswers() {
    while (!answers.isEmpty() && !answers.getLast()) {
      answers.removeLast();
    }
    if (answers.isEmpty()) {
      return false;
    }
    answers.set(answers.size() - 1, false);
    return true;
  }

  private boolean undecided() {
    if (answered == answers.size()) {
      answers.add(true);
    }
    return answers.get(answered++);
  }

  private TaylorForm form(int id) {
    return (TaylorForm) value(id);
  }

  /** What a step gives: a form, an Integer or a Boolean. Only what is needed is computed. */
  private Object value(int id) {
    Object known = values.get(id);
    if (known == null) {
      known = value(computation.program().step(id));
      values.put(id, known);
    }
    return known;
  }

  private Object value(Instruction i) {
    return switch (i.op()) {
      case INPUT -> input;
      case CONSTANT ->
          switch (i.type()) {
            case F32, F64 -> input.like(Interval.of(i.constant()));
            case I32, BOOL -> (int) i.number();
          };
      case PARAMETER -> input.like(Interval.of(number(parameter(i), 0)));
      case LOOKUP -> {
        Program.Parameter table = parameter(i);
        int index = (Integer) value(i.operand(0)) & (table.length() - 1);
        yield input.like(Interval.of(number(table, index)));
      }
      case ADD -> {
        Object a = value(i.operand(0));
        yield a instanceof Integer number
            ? (Object) (number + (Integer) value(i.operand(1)))
            : form(i.operand(0)).plus(form(i.operand(1)));
      }
      case SUBTRACT -> form(i.operand(0)).minus(form(i.operand(1)));
      case MULTIPLY -> form(i.operand(0)).times(form(i.operand(1)));
      case FMA -> form(i.operand(0)).times(form(i.operand(1))).plus(form(i.operand(2)));
      case DIVIDE -> form(i.operand(0)).dividedBy(form(i.operand(1)));
      case SQRT -> form(i.operand(0)).sqrt();
      case NEGATE -> form(i.operand(0)).negate();
      case EXP -> form(i.operand(0)).exp();
      case POWER -> form(i.operand(0)).power(exponent(i));
      case MIN -> least(form(i.operand(0)), form(i.operand(1)));
      case MAX -> least(form(i.operand(0)).negate(), form(i.operand(1)).negate()).negate();
      case GT, GE, LT, EQ -> compare(i);
      case SELECT -> value(i.operand((Boolean) value(i.operand(0)) ? 1 : 2));
      default ->
          throw new CertificateException(
              "programs with the operation " + i.op() + " have no enclosure");
    };
  }

  private Program.Parameter parameter(Instruction i) {
    return computation.program().parameters().get((int) i.number());
  }

  private double number(Program.Parameter parameter, int index) {
    return Float.intBitsToFloat(data[parameter.offset() + index]);
  }

  private double exponent(Instruction power) {
    Instruction exponent = computation.program().step(power.operand(1));
    if (exponent.op() != Op.PARAMETER) {
      throw new CertificateException("powers of varying exponents have no enclosure");
    }
    return number(parameter(exponent), 0);
  }

  private TaylorForm least(TaylorForm a, TaylorForm b) {
    if (a.order() == 0) {
      Interval first = a.range();
      Interval second = b.range();
      return a.like(
          new Interval(
              StrictMath.min(first.low(), second.low()),
              StrictMath.min(first.high(), second.high())));
    }
    return isPositive(b.minus(a).range(), false) ? a : b;
  }

  private boolean compare(Instruction i) {
    Interval difference = form(i.operand(0)).minus(form(i.operand(1))).range();
    return switch (i.op()) {
      case GT -> isPositive(difference, true);
      case GE -> isPositive(difference, false);
      case LT -> isPositive(difference.negate(), true);
      default -> difference.contains(0) ? difference.isZero() || undecided() : false;
    };
  }

  /** Whether all of an interval is above 0; where 0 itself is in question, strictly or not. */
  private boolean isPositive(Interval difference, boolean strictly) {
    if (difference.low() > 0 || !strictly && difference.low() == 0) {
      return true;
    }
    if (difference.high() < 0 || strictly && difference.high() == 0) {
      return false;
    }
    return undecided();
  }
}
