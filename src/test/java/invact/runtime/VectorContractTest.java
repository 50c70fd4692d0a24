package invact.runtime;

class VectorContractTest extends InvertedActivationContract {
  VectorContractTest() {
    super("vector");
  }

  /**
   * A segment on the heap shows its array in an {@link java.util.Optional} of 16 bytes, which the
   * compiler leaves in where it has seen segments of many kinds: 4 looks in a forward pass, 6 in a
   * backward pass.
   */
  @Override
  long heapBytesPerPass() {
    return 16 * (4 + 4 + 6);
  }
}
