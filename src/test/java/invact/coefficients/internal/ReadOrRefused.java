package invact.coefficients.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.OneLine;
import invact.activation.Branch;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.evaluate.internal.MeasuredInUse;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.numeric.internal.PerDtype;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What holds of a coefficient file, whatever is in it. */
final class ReadOrRefused {
  /** Of the figures in use, which are computed in another order. */
  private static final double RELATIVE = 2e-3;

  private static final double ABSOLUTE = 2e-6;

  /** The errors of sets that were measured; most inputs change a figure and no coefficient. */
  private static final Map<List<Object>, PerDtype<ErrorInUse>> MEASURED =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Object>, PerDtype<ErrorInUse>> eldest) {
          return size() > 200;
        }
      };

  private ReadOrRefused() {}

  /** Reads a file; a set that is accepted reads back the same, and its errors are no better. */
  static void check(byte[] text) {
    CoefficientSet set;
    try {
      set = CoefficientReader.parse(text, "file.json");
    } catch (CoefficientException e) {
      OneLine.require(e.getMessage());
      assertTrue(e.getMessage().startsWith("file.json: "), e.getMessage());
      assertTrue(e.getMessage().length() < 1100, e.getMessage());
      return;
    }
    String json = CoefficientWriter.toJson(set);
    // The figures in use have been checked.
    CoefficientSet again =
        CoefficientReader.withoutErrorsInUse(json.getBytes(StandardCharsets.UTF_8), "again");
    assertEquals(set, again);
    assertEquals(json, CoefficientWriter.toJson(again));
    requireErrors(set);
  }

  private static void requireErrors(CoefficientSet set) {
    for (Branch branch : Branch.values()) {
      BranchCoefficients side = set.branch(branch);
      requireNoBetter(
          side.derivativeError(),
          side.approximant().measureDerivativeError().summary(),
          branch.label());
    }
    PerDtype<ErrorInUse> measured =
        MEASURED.computeIfAbsent(
            List.of(
                set.activation(),
                set.decoding(),
                set.left().approximant(),
                set.right().approximant()),
            _ -> MeasuredInUse.of(set).errorInUse().orElseThrow());
    for (Dtype dtype : PerDtype.DTYPES) {
      ErrorInUse claimed = set.errorInUse().orElseThrow().get(dtype);
      ErrorInUse found = measured.get(dtype);
      requireNoBetter(claimed.found(), found.found(), dtype.label());
      // A small irreducible error is no boast: a large one makes the set's ratio to it look good.
      assertTrue(
          claimed.irreducibleRms() <= found.irreducibleRms() * (1 + RELATIVE) + ABSOLUTE,
          () -> dtype.label() + " irreducibleRms " + claimed + ", not " + found);
    }
  }

  private static void requireNoBetter(ErrorSummary claimed, ErrorSummary found, String where) {
    requireNoBetter(claimed.rms(), found.rms(), where + " rms");
    requireNoBetter(claimed.maxAbs(), found.maxAbs(), where + " maxAbs");
    requireNoBetter(StrictMath.abs(claimed.bias()), StrictMath.abs(found.bias()), where + " bias");
  }

  private static void requireNoBetter(double claimed, double found, String what) {
    assertTrue(
        claimed >= found * (1 - RELATIVE) - ABSOLUTE,
        () -> what + " is said to be " + claimed + ", but is " + found);
  }
}
