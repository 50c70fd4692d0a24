/**
 * The vector backend, on the JDK's Vector API ({@code jdk.incubator.vector}), at home here alone.
 *
 * <p>A kernel is the arithmetic of one pass on one register, in plain methods. The loops around it,
 * one for each format and kind of buffer, stand once for all forward and once for all backward
 * kernels; {@link invact.runtime.vector.Fusion} makes one method of a loop and a kernel, which says
 * why, and what may stand in them.
 */
package invact.runtime.vector;
