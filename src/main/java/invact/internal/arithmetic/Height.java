package invact.internal.arithmetic;

import invact.activation.internal.RoundedHeight;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/** The rounded height u = max((y − m) − offset, least): {@link RoundedHeight} says why. */
final class Height {
  private Height() {}

  /** Writes u. */
  static Value write(ProgramBuilder b, Value y, RoundedHeight height) {
    Value above = b.subtract(y, minimum(b, height));
    Value middle = b.subtract(above, b.parameter("offset", height.offset()));
    return b.max(middle, b.parameter("least", height.least()));
  }

  /** m. */
  static Value minimum(ProgramBuilder b, RoundedHeight height) {
    return b.parameter("minimum", height.minimum());
  }
}
