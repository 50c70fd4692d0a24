/**
 * The vector backend, on the JDK's Vector API ({@code jdk.incubator.vector}), at home here alone.
 *
 * <p>{@link invact.runtime.internal.vector.LoopCompiler} writes one loop for each program, set of
 * buffers and {@link invact.runtime.internal.vector.Storage}; it says why. fp32 passes are the
 * programs of {@link invact.internal.arithmetic}; 16-bit ones {@link
 * invact.runtime.internal.vector.LookUps look their answers up}.
 *
 * <p><b>The shape of the loops.</b> One test before the loop, and one at its end. Each access to a
 * segment checks whether its arena has an owner, and then whether the owner is this thread. After
 * confined arenas have been used, C2 hoists the second check out of the loop on the assumption that
 * there is an owner, and discards the machine code when an arena has none. With a test before the
 * loop C2 gives the assumption up after four such failures; with a test at the loop's start only
 * after a hundred, which takes many seconds.
 */
package invact.runtime.internal.vector;
