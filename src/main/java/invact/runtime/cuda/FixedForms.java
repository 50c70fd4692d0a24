package invact.runtime.cuda;

import invact.activation.Target;
import invact.coefficient.CoefficientSet;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** A set's forms as a kernel of backward_fixed.cu takes them, which is written for their shape. */
sealed interface FixedForms permits FixedRatios, FixedSegments, FixedPaperForms {
  /** What the kernel's name says of the shape. */
  String shape();

  /** Whether there is such a kernel for bf16 too. */
  boolean hasBf16();

  /** The cut-off of the right branch, +∞ if it has none. */
  double cutoff();

  /** The size of the structure of coefficients. */
  long bytes();

  /** Stores that structure. */
  void store(MemorySegment to, long offset);

  /** The kernel's structure for a set, if its forms have one of the shapes. */
  static Optional<FixedForms> of(CoefficientSet set) {
    return Stream.<Function<CoefficientSet, Optional<? extends FixedForms>>>of(
            FixedRatios::of, FixedSegments::of, FixedPaperForms::of)
        .<FixedForms>mapMulti((shape, found) -> shape.apply(set).ifPresent(found))
        .findFirst();
  }

  /** Whether both approximants stand for f′ itself. */
  static boolean areDerivatives(CoefficientSet set) {
    return Stream.of(set.left(), set.right())
        .allMatch(piece -> piece.approximant().target() == Target.DERIVATIVE);
  }
}
