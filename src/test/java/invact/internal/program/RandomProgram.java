package invact.internal.program;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Programs of random steps, from one F32 to one that depends on every value that is not in a block.
 *
 * <p>NaN's pattern, which no specification fixes, is never looked at.
 */
public final class RandomProgram {
  private static final int STEPS = 40;
  private static final int STEPS_OF_A_BLOCK = 4;

  private static final Set<Op> INEXACT = EnumSet.of(Op.EXP, Op.EXP2, Op.POWER);

  private static final float[] NUMBERS = {
    0.0f,
    -0.0f,
    1.0f,
    -1.5f,
    0.1f,
    1e30f,
    -1e-30f,
    Float.MIN_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN,
    0x1.8p23f,
    88.0f
  };

  private final SplittableRandom random;
  private final ProgramBuilder b = new ProgramBuilder("random");
  private final Table numbers;
  private final Table integers;
  private Map<Type, List<Value>> known = new EnumMap<>(Type.class);
  private int depth;
  private int parameters;

  private final Set<Op> without;
  private final boolean hasNumberBounds;

  private RandomProgram(long seed, Set<Op> without, boolean hasNumberBounds) {
    this.without = without;
    this.hasNumberBounds = hasNumberBounds;
    random = new SplittableRandom(seed);
    for (Type type : Type.values()) {
      known.put(type, new ArrayList<>());
    }
    Value x = b.input("x", Type.F32);
    keep(x);
    keep(b.integer(random.nextInt()));
    keep(b.widen(x));
    keep(b.lt(x, b.constant(0.5f)));
    numbers = b.table("numbers", 0.5f, -3.0f, Float.NaN, 1e-40f);
    integers = b.integerTable("integers", 1, -1, 31, random.nextInt());
  }

  /**
   * A program.
   *
   * @param seed gives the same program each time
   * @return input x, output y
   */
  public static Computation of(long seed) {
    return of(seed, Set.of(), false);
  }

  /**
   * A program without exponentials and powers, whose last bit another library has otherwise.
   *
   * @param seed gives the same program each time
   * @return input x, output y
   */
  public static Computation exact(long seed) {
    return of(seed, INEXACT, false);
  }

  /**
   * A program whose least and greatest numbers are those of a number that {@link Op#MAX} and {@link
   * Op#MIN} allow, as a target needs that has other rules for two values.
   *
   * @param seed gives the same program each time
   * @param without operations that the program does not have, beside exponentials and powers
   * @return input x, output y
   */
  public static Computation bounded(long seed, Set<Op> without) {
    Set<Op> all = EnumSet.copyOf(INEXACT);
    all.addAll(without);
    return of(seed, all, true);
  }

  private static Computation of(long seed, Set<Op> without, boolean hasNumberBounds) {
    RandomProgram program = new RandomProgram(seed, without, hasNumberBounds);
    program.write(STEPS);
    return program.b.output("y", program.digest()).build();
  }

  private void write(int steps) {
    for (int k = 0; k < steps; k++) {
      keep(step());
    }
  }

  private void keep(Value value) {
    known.get(value.type()).add(value);
  }

  private Value pick(Type type) {
    List<Value> values = known.get(type);
    // Recent values more often, so that chains grow long.
    int back = Math.min(random.nextInt(values.size()), random.nextInt(values.size()));
    return values.get(values.size() - 1 - back);
  }

  private Value step() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> single();
      case 2 -> wide();
      case 3 -> integer();
      case 4 -> answer();
      default -> choice();
    };
  }

  private Value single() {
    Value a = pick(Type.F32);
    Value c = pick(Type.F32);
    return switch (random.nextInt(20)) {
      case 0 -> b.constant(NUMBERS[random.nextInt(NUMBERS.length)]);
      case 1 -> b.parameter("p" + parameters++, NUMBERS[random.nextInt(NUMBERS.length)]);
      case 2 -> b.add(a, c);
      case 3 -> b.subtract(a, c);
      case 4 -> b.multiply(a, c);
      case 5 -> has(Op.FMA) ? b.fma(a, c, pick(Type.F32)) : b.subtract(c, a);
      case 6 -> b.divide(a, c);
      case 7 -> has(Op.SQRT) ? b.sqrt(a) : b.divide(c, a);
      case 8 -> b.negate(a);
      case 9 -> b.abs(a);
      case 10 -> b.max(a, hasNumberBounds ? b.constant(bound(true)) : c);
      case 11 -> b.min(a, hasNumberBounds ? b.constant(bound(false)) : c);
      case 12 -> has(Op.EXP) ? b.exp(a) : b.abs(c);
      case 13 -> has(Op.POWER) ? b.power(a, c) : b.negate(c);
      case 14 -> b.reciprocal(a);
      case 15 -> has(Op.EXP2) ? b.exp2(a) : has(Op.SQRT) ? b.sqrt(c) : b.abs(a);
      case 16 -> b.lookup(numbers, pick(Type.I32));
      case 17 -> b.narrow(pick(Type.F64));
      case 18 -> b.asFloat(pick(Type.I32));
      default -> has(Op.FMA) ? b.horner(a, 2, _ -> pick(Type.F32)) : b.multiply(c, c);
    };
  }

  private boolean has(Op op) {
    return !without.contains(op);
  }

  /** A number that MAX or MIN takes: of zeros MAX takes −0 alone, and MIN none. */
  private float bound(boolean isLeast) {
    while (true) {
      float bound = NUMBERS[random.nextInt(NUMBERS.length)];
      boolean isTaken = bound != 0 || isLeast && Float.floatToRawIntBits(bound) != 0;
      if (isTaken && !Float.isNaN(bound)) {
        return bound;
      }
    }
  }

  private Value wide() {
    Value a = pick(Type.F64);
    Value c = pick(Type.F64);
    return switch (random.nextInt(14)) {
      case 0 -> b.wide(NUMBERS[random.nextInt(NUMBERS.length)]);
      case 1 -> b.add(a, c);
      case 2 -> b.subtract(a, c);
      case 3 -> b.multiply(a, c);
      case 4 -> has(Op.FMA) ? b.fma(a, c, pick(Type.F64)) : b.subtract(c, a);
      case 5 -> b.divide(a, c);
      case 6 -> has(Op.SQRT) ? b.sqrt(a) : b.divide(c, a);
      case 7 -> b.negate(a);
      case 8 -> b.abs(a);
      case 9 -> b.max(a, hasNumberBounds ? b.wide(bound(true)) : c);
      case 10 -> b.min(a, hasNumberBounds ? b.wide(bound(false)) : c);
      case 11 -> has(Op.EXP) ? b.exp(a) : b.abs(c);
      default -> b.widen(pick(Type.F32));
    };
  }

  private Value integer() {
    Value a = pick(Type.I32);
    Value c = pick(Type.I32);
    return switch (random.nextInt(12)) {
      case 0 -> b.integer(random.nextInt());
      case 1 -> b.add(a, c);
      case 2 -> b.subtract(a, c);
      case 3 -> b.max(a, c);
      case 4 -> b.min(a, c);
      case 5 -> b.and(a, c);
      case 6 -> random.nextBoolean() ? b.or(a, c) : b.xor(a, c);
      case 7 -> b.shiftLeft(a, random.nextInt(32));
      case 8 -> b.shiftRight(a, random.nextInt(32));
      case 9 -> b.shiftRightSigned(a, random.nextInt(32));
      case 10 -> b.lookup(integers, a);
      default -> pattern(pick(Type.F32));
    };
  }

  /** The pattern of a number, and one pattern for all NaNs. */
  private Value pattern(Value a) {
    return b.bits(b.select(b.eq(a, a), a, b.constant(7.0f)));
  }

  private Value answer() {
    Type type = numeric();
    Value a = pick(type);
    Value c = pick(type);
    return switch (random.nextInt(7)) {
      case 0 -> b.lt(a, c);
      case 1 -> b.gt(a, c);
      case 2 -> b.ge(a, c);
      case 3 -> b.eq(a, c);
      case 4 -> b.eq(pick(Type.BOOL), pick(Type.BOOL));
      case 5 -> b.not(pick(Type.BOOL));
      default -> b.and(pick(Type.BOOL), pick(Type.BOOL));
    };
  }

  private Value choice() {
    Type type = Type.values()[random.nextInt(4)];
    if (depth == 2 || random.nextBoolean()) {
      return b.select(pick(Type.BOOL), pick(type), pick(type));
    }
    return b.rarely(pick(Type.BOOL), pick(type), () -> block(type));
  }

  /** Steps that are known in the block alone. */
  private Value block(Type type) {
    Map<Type, List<Value>> around = known;
    known = new EnumMap<>(Type.class);
    around.forEach((t, values) -> known.put(t, new ArrayList<>(values)));
    depth++;
    write(STEPS_OF_A_BLOCK);
    Value result = pick(type);
    depth--;
    known = around;
    return result;
  }

  private Type numeric() {
    return new Type[] {Type.F32, Type.F64, Type.I32}[random.nextInt(3)];
  }

  /** A finite number made from the patterns of all values. */
  private Value digest() {
    Value sum = b.integer(0);
    for (List<Value> values : known.values()) {
      for (Value value : values) {
        Value bits =
            switch (value.type()) {
              case F32 -> pattern(value);
              case F64 -> pattern(b.narrow(value));
              case I32 -> value;
              case BOOL -> b.select(value, b.integer(1), b.integer(2));
            };
        Value turned = b.or(b.shiftLeft(sum, 5), b.shiftRight(sum, 27));
        sum = b.add(turned, bits);
      }
    }
    return b.asFloat(b.and(sum, b.integer(0xBFFFFFFF)));
  }
}
