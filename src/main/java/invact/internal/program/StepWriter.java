package invact.internal.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The steps of a program under construction; a step that is known already is not written again. */
final class StepWriter {
  private Block block = new Block(null);
  private int values;

  /** A list of steps, and the block that it stands in; null for the outermost. */
  private static final class Block {
    private final Block around;
    private final List<Instruction> steps = new ArrayList<>();
    private final Map<Key, Value> known = new HashMap<>();

    Block(Block around) {
      this.around = around;
    }

    Value find(Key key) {
      Value found = known.get(key);
      return found != null || around == null ? found : around.find(key);
    }
  }

  private record Key(Op op, Type type, List<Integer> operands, long number) {}

  List<Instruction> written() {
    return block.steps;
  }

  /** The value of a step, written unless this block or one around it has it. */
  Value step(Op op, Type type, long number, Value... operands) {
    List<Integer> ids = Arrays.stream(operands).map(Value::id).toList();
    Key key = new Key(op, type, ids, number);
    Value known = block.find(key);
    if (known != null) {
      return known;
    }
    Value value = new Value(values++, type);
    block.steps.add(new Instruction(value.id(), op, type, ids, number, List.of(), -1));
    block.known.put(key, value);
    return value;
  }

  /** The value of a {@link Op#RARELY}, whose block {@code body} writes. */
  Value rarely(Value condition, Value otherwise, Supplier<Value> body) {
    Block around = block;
    block = new Block(around);
    Value result = body.get();
    List<Instruction> steps = block.steps;
    block = around;
    Value value = new Value(values++, otherwise.type());
    block.steps.add(
        new Instruction(
            value.id(),
            Op.RARELY,
            value.type(),
            List.of(condition.id(), otherwise.id()),
            0,
            steps,
            result.id()));
    return value;
  }
}
