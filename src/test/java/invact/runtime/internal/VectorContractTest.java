package invact.runtime.internal;

import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import org.junit.jupiter.api.Nested;

/** All contracts of {@link InvertedActivation}, kept by the vector backend. */
class VectorContractTest {
  @Nested
  class Buffers extends BufferContract {
    Buffers() {
      super("vector");
    }
  }

  @Nested
  class Values extends ValueContract {
    Values() {
      super("vector");
    }
  }

  @Nested
  class Arguments extends ArgumentContract {
    Arguments() {
      super("vector");
    }
  }

  @Nested
  class Resources extends ResourceContract {
    Resources() {
      super("vector");
    }

    @Override
    boolean looksUp(Dtype dtype) {
      return dtype.isHalf();
    }
  }
}
