package invact.runtime.internal.vector;

/**
 * A buffer that a loop goes along.
 *
 * @param name the input or output of the program that it belongs to
 * @param kind what its elements are
 */
record Stream(String name, Kind kind) {
  /** What the elements of a buffer are, and as what a program sees them. */
  enum Kind {
    /** fp32, an F32. */
    FLOAT,
    /** 16 bits, an I32 with the sign in its upper half. */
    SIGNED_16,
    /** 16 bits, an I32 from 0 to 65535. */
    UNSIGNED_16,
    /** One bit an element: a BOOL, or an I32 that is negative where the bit is not set. */
    BIT
  }

  static Stream floats(String name) {
    return new Stream(name, Kind.FLOAT);
  }

  static Stream signed(String name) {
    return new Stream(name, Kind.SIGNED_16);
  }

  static Stream unsigned(String name) {
    return new Stream(name, Kind.UNSIGNED_16);
  }

  static Stream bits(String name) {
    return new Stream(name, Kind.BIT);
  }
}
