package invact.arithmetic;

import invact.activation.RoundedLift;
import invact.program.ProgramBuilder;
import invact.program.Value;

/** The rounded height u = max((y − m) − offset, least): {@link RoundedLift} says why. */
final class Height {
  private Height() {}

  /** Writes u. */
  static Value write(ProgramBuilder b, Value y, RoundedLift lift) {
    Value above = b.subtract(y, minimum(b, lift));
    Value middle = b.subtract(above, b.parameter("offset", lift.offset()));
    return b.max(middle, b.parameter("least", lift.least()));
  }

  /** m. */
  static Value minimum(ProgramBuilder b, RoundedLift lift) {
    return b.parameter("minimum", lift.minimum());
  }
}
