package invact.runtime;

class ScalarGatedUnitTest extends GatedUnitContract {
  ScalarGatedUnitTest() {
    super("scalar");
  }
}
