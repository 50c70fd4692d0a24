/**
 * Elementary functions that come out the same on every machine, and floating-point formats.
 *
 * <p>Everything here is built on {@link java.lang.StrictMath} and IEEE arithmetic in a fixed order,
 * never on {@link java.lang.Math}'s intrinsics, because the digits of a stored coefficient depend
 * on it.
 */
package invact.math;
