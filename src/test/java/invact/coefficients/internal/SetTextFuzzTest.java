package invact.coefficients.internal;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes are a coefficient set that reads back the same, or are refused with one line. */
class SetTextFuzzTest {
  @FuzzTest
  void bytesAreASetOrRefused(byte[] text) {
    ReadOrRefused.check(text);
  }
}
