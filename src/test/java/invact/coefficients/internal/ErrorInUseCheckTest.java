package invact.coefficients.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.numeric.internal.PerDtype;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No file is believed whose set does better in use than its coefficients. */
class ErrorInUseCheckTest {
  static Iterable<String> names() {
    return ShippedSets.names();
  }

  /** Shipped sets are read without this check: here they pass it. */
  @ParameterizedTest
  @MethodSource("names")
  void shippedSetsSayWhatIsMeasured(String name) {
    CoefficientSet set = ShippedSets.load(name);
    assertEquals(
        set, CoefficientReader.parse(CoefficientWriter.toJson(set).getBytes(UTF_8), "file.json"));
  }

  /** The figures of one dtype, all divided by a number. */
  @ParameterizedTest
  @CsvSource({"FP32, 1.05", "BF16, 1.01", "FP16, 1.01", "BF16, 2", "FP16, 0.9"})
  void otherErrorsInUseAreRefused(Dtype dtype, double better) {
    CoefficientSet set = ShippedSets.load("gelu-paper");
    PerDtype<ErrorInUse> errors = set.errorInUse().orElseThrow();
    ErrorInUse said = errors.get(dtype);
    ErrorSummary found = said.found();
    ErrorInUse claim =
        new ErrorInUse(
            new ErrorSummary(
                found.rms() / better,
                found.bias() / better,
                found.maxAbs() / better,
                found.maxAbsAt()),
            said.irreducibleRms() / better,
            said.irreducibleMaxAbs() / better);
    CoefficientSet claimed =
        set.withErrorInUse(PerDtype.of(each -> each == dtype ? claim : errors.get(each)));
    assertRefused(
        claimed,
        "errorInUse.%s.rms is %s, but the coefficients give"
            .formatted(dtype.label(), claim.found().rms()));
  }

  @Test
  void aLargerIrreducibleErrorIsRefused() {
    CoefficientSet set = ShippedSets.load("gelu-bf16");
    PerDtype<ErrorInUse> errors = set.errorInUse().orElseThrow();
    ErrorInUse said = errors.bf16();
    ErrorInUse claim = new ErrorInUse(said.found(), said.found().rms(), said.irreducibleMaxAbs());
    assertRefused(
        set.withErrorInUse(new PerDtype<>(errors.fp32(), claim, errors.fp16())),
        "errorInUse.bf16.irreducibleRms is " + said.found().rms());
  }

  private static void assertRefused(CoefficientSet claimed, String complaint) {
    byte[] file = CoefficientWriter.toJson(claimed).getBytes(UTF_8);
    String message =
        assertThrows(CoefficientException.class, () -> CoefficientReader.parse(file, "file.json"))
            .getMessage();
    assertTrue(message.startsWith("file.json: key " + complaint), message);
  }
}
