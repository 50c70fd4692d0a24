package invact.runtime;

class VectorGatedUnitTest extends GatedUnitContract {
  VectorGatedUnitTest() {
    super("vector");
  }
}
