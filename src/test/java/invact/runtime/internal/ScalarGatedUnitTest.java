package invact.runtime.internal;

import invact.runtime.GatedUnit;
import org.junit.jupiter.api.Nested;

/** All contracts of {@link GatedUnit}, kept by the scalar backend. */
class ScalarGatedUnitTest {
  @Nested
  class Buffers extends GatedBufferContract {
    Buffers() {
      super("scalar");
    }
  }

  @Nested
  class Values extends GatedValueContract {
    Values() {
      super("scalar");
    }
  }

  @Nested
  class Resources extends GatedResourceContract {
    Resources() {
      super("scalar");
    }
  }
}
