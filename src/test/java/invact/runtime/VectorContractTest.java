package invact.runtime;

class VectorContractTest extends InvertedActivationContract {
  VectorContractTest() {
    super("vector");
  }
}
