package invact.runtime;

class ScalarContractTest extends InvertedActivationContract {
  ScalarContractTest() {
    super("scalar");
  }
}
