package invact.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that people use, and names that they mistype. */
class NamesTest {
  /** The right column is what Hugging Face's ACT2FN or PyTorch computes, written out in fp64. */
  @ParameterizedTest
  @CsvSource({
    "gelu, gelu",
    "GELU, gelu",
    "gelu_python, gelu",
    "gelu_new, gelu-tanh",
    "gelu_fast, gelu-tanh",
    "gelu_accurate, gelu-tanh",
    "gelu_pytorch_tanh, gelu-tanh",
    "quick_gelu, quick-gelu",
    "QuickGELU, quick-gelu",
    "swish, silu",
    "SiLU, silu",
    "swish_1.5, swish-1.5",
    "Mish, mish"
  })
  void namesOfTheSameFunctionAreAccepted(String used, String own) {
    Activation found = ActivationNames.of(used);
    assertEquals(own, found.name());
    for (double x : new double[] {-3, -0.7, 0.4, 2}) {
      // gelu_fast writes √(2/π) with ten digits.
      assertEquals(expected(own, x), found.value(x), 2e-10);
    }
  }

  private static double expected(String name, double x) {
    return switch (name) {
      case "gelu-tanh" -> 0.5 * x * (1 + Math.tanh(x * 0.7978845608 * (1 + 0.044715 * x * x)));
      case "quick-gelu" -> x / (1 + Math.exp(-1.702 * x));
      case "silu" -> x / (1 + Math.exp(-x));
      case "swish-1.5" -> x / (1 + Math.exp(-1.5 * x));
      case "mish" -> x * Math.tanh(Math.log1p(Math.exp(x)));
      // Of Φ, from tables of 10 digits.
      case "gelu" ->
          x == -3
              ? -3 * 0.0013498980
              : x == -0.7 ? -0.7 * 0.2419636522 : x == 0.4 ? 0.4 * 0.6554217416 : 2 * 0.9772498681;
      default -> throw new AssertionError(name);
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "geluu|did you mean 'gelu'?",
        "gleu|did you mean 'gelu'?",
        "misch|did you mean 'mish'?",
        "quick_gleu|did you mean 'quick-gelu'?",
        "gelu_tanhh|did you mean 'gelu-tanh'?",
        "gelu_neww|did you mean 'gelu-tanh'?",
        "gelu_10|use gelu where",
        "swiglu|its gate is silu",
        "hardswish|give it by --expr",
        "selu|follows from y exactly",
      })
  void otherNamesAreErrorsThatNameTheRightOne(String name, String hint) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> ActivationNames.of(name)).getMessage();
    assertTrue(message.startsWith("unknown activation '"), message);
    assertTrue(message.contains(hint), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "evalute gelu-paper|did you mean 'evaluate'?",
        "plto --all|did you mean 'plot'?",
        "plot gelu-paper --fromat svg|did you mean '--format'?",
        "evaluate gelu-ppaer|did you mean 'gelu-paper'?",
        "evaluate gelu_fp32|did you mean 'gelu-fp32'?",
        "help serach|did you mean 'search'?",
      })
  void typosGetASuggestion(String commandLine, String hint) {
    CommandTest.Run run = CommandTest.run(commandLine.split(" "));
    assertTrue(run.exitCode() != 0 && run.err().contains(hint), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"fit", "fit minimax", "search", "evaluate", "plot", "export", "list"})
  void helpOfACommandIsItsHelp(String command) {
    CommandTest.Run help = CommandTest.run(("help " + command).split(" "));
    assertEquals(0, help.exitCode(), help.err());
    assertEquals(CommandTest.run((command + " --help").split(" ")).out(), help.out());
  }

  @Test
  void helpAloneIsThatOfTheProgram() {
    assertEquals(CommandTest.run("--help").out(), CommandTest.run("help").out());
  }
}
