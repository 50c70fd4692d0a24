package invact.runtime.internal;

import invact.runtime.InvertedActivation;
import org.junit.jupiter.api.Nested;

/** All contracts of {@link InvertedActivation}, kept by the scalar backend. */
class ScalarContractTest {
  @Nested
  class Buffers extends BufferContract {
    Buffers() {
      super("scalar");
    }
  }

  @Nested
  class Values extends ValueContract {
    Values() {
      super("scalar");
    }
  }

  @Nested
  class Arguments extends ArgumentContract {
    Arguments() {
      super("scalar");
    }
  }

  @Nested
  class Resources extends ResourceContract {
    Resources() {
      super("scalar");
    }
  }
}
