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

  /**
   * Whether that kernel is faster in bf16 than the table of all outputs, whose time is the same for
   * all sets. On one H100, 2²⁸ elements: the table 0.577 ms; polynomials of degree 6|10 0.544, 8|12
   * 0.552, 10|16 0.567, the paper's forms 0.546; 5/5|16 0.618, 16|24 0.642.
   */
  boolean isFasterThanTable();

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
