package invact.runtime;

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

    /**
     * An array shows through an {@link java.util.Optional} of 16 bytes. The compiler does away with
     * it, but not where it has seen such arrays in less than one of a hundred looks, as the tests
     * before this one may have made it: 3 looks a forward pass, 4 a backward pass.
     */
    @Override
    long heapBytesPerPass() {
      return 16 * (3 + 3 + 4);
    }
  }
}
