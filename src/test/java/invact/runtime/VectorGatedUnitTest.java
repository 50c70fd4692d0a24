package invact.runtime;

class VectorGatedUnitTest extends GatedUnitContract {
  VectorGatedUnitTest() {
    super("vector");
  }

  /**
   * An array shows through an {@link java.util.Optional} of 16 bytes, which the compiler does away
   * with only where it has seen little else than such arrays: 3 looks a forward pass, 5 a backward
   * pass.
   */
  @Override
  long heapBytesPerPass() {
    return 16 * (3 + 3 + 5);
  }
}
