package invact.export.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.TorchPython;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The quick part of {@code src/test/python}: the committed module's kernels of two sets, in
 * Triton's interpreter, over all 16-bit inputs; {@code pytest} in src/test/python runs the rest.
 */
class PyTorchRunTest {
  @BeforeAll
  static void torchIsThere() throws Exception {
    TorchPython.require();
  }

  @Test
  void kernelsGiveWhatTheSetsSay() throws Exception {
    TorchPython.Run run =
        TorchPython.run(
            TorchPython.TESTS,
            "-m",
            "pytest",
            "-q",
            "-W",
            "ignore::RuntimeWarning",
            "test_kernels.py",
            "-k",
            "gelu-bf16 and not gated or silu-fp16 and not gated");
    assertEquals(0, run.status(), run.output());
    assertTrue(run.output().contains(" passed"), run.output());
  }
}
