package invact.internal.arithmetic;

import invact.activation.internal.RoundedHeight;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/** The rounded height u = max((y − m) − offset, least): {@link RoundedHeight} says why. */
final class Height {
  private Height() {}

  /** Writes u. */
  static Value write(ProgramBuilder b, Value y, RoundedHeight lift) {
    Value above = b.subtract(y, minimum(b, lift));
    Value middle = b.subtract(above, b.parameter("offset", lift.offset()));
    return b.max(middle, b.parameter("least", lift.least()));
  }

  /** m. */
  static Value minimum(ProgramBuilder b, RoundedHeight lift) {
    return b.parameter("minimum", lift.minimum());
  }
}
