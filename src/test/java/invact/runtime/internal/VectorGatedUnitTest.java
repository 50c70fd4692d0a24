package invact.runtime.internal;

import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import org.junit.jupiter.api.Nested;

/** All contracts of {@link GatedUnit}, kept by the vector backend. */
class VectorGatedUnitTest {
  @Nested
  class Buffers extends GatedBufferContract {
    Buffers() {
      super("vector");
    }
  }

  @Nested
  class Values extends GatedValueContract {
    Values() {
      super("vector");
    }
  }

  @Nested
  class Resources extends GatedResourceContract {
    Resources() {
      super("vector");
    }

    @Override
    boolean looksUp(Dtype dtype) {
      return dtype.isHalf();
    }
  }
}
