/**
 * The vector backend, on the JDK's Vector API ({@code jdk.incubator.vector}), at home here alone.
 *
 * <p>{@link invact.runtime.internal.vector.LoopCompiler} writes one loop for each program, set of
 * buffers and {@link invact.runtime.internal.vector.Storage}; it says why. fp32 passes are the
 * programs of {@link invact.internal.arithmetic}; 16-bit ones {@link
 * invact.runtime.internal.vector.LookUps look their answers up}.
 *
 * <p><b>The shape of the loops.</b> A test before the loop, and then one at its end. An access to a
 * segment checks its arena: if that has an owner, it must be this thread. Once confined arenas have
 * been in use, C2 takes the inner check to the front of the loop, on a guess that the outer one
 * will be true, and throws the machine code away when the next arena has no owner. In this shape it
 * counts the wrong guesses at the test before the loop, and makes no more after the fourth; in a
 * loop with its test at the start it is wrong a hundred times, which takes many seconds.
 */
package invact.runtime.internal.vector;
