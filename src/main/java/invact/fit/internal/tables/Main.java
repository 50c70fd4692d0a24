package invact.fit.internal.tables;

import invact.activation.Activations;
import invact.internal.arithmetic.GeluForward;
import invact.internal.arithmetic.SiluForward;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Prints the constants of a table: {@code java -cp target/invact.jar CLASS NAME}. */
public final class Main {
  private Main() {}

  /** Each table by its name: that of the class in which the constants stand. */
  static Map<String, Supplier<List<Constants>>> tables() {
    Map<String, Supplier<List<Constants>>> tables = new LinkedHashMap<>();
    tables.put("Exponential", SmallTables::exponential);
    tables.put(
        "GeluForward",
        () -> {
          SegmentTable segments =
              new SegmentTable(Activations.GELU, GeluForward.SEGMENTS.perUnit(), GeluForward.LIMIT);
          List<Constants> constants = segments.make();
          constants.addFirst(SmallTables.geluTail());
          return constants;
        });
    tables.put(
        "SiluForward",
        () ->
            new SegmentTable(Activations.SILU, SiluForward.SEGMENTS.perUnit(), SiluForward.LIMIT)
                .make());
    tables.put("GeluGate", GateTail::make);
    tables.put("FastGelu", ScaledTail::make);
    tables.put("NormalDistribution", MillsRatio::make);
    return tables;
  }

  /**
   * Prints one table.
   *
   * @param arguments its name
   */
  public static void main(String[] arguments) {
    Map<String, Supplier<List<Constants>>> tables = tables();
    if (arguments.length != 1 || !tables.containsKey(arguments[0])) {
      System.err.println("name one table: " + String.join(", ", tables.keySet()));
      System.exit(2);
      return;
    }
    tables.get(arguments[0]).get().forEach(constants -> System.out.println(constants.text()));
  }
}
