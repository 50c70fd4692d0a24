/**
 * The vector backend, on the JDK's Vector API ({@code jdk.incubator.vector}), at home here alone.
 *
 * <p>A kernel is the arithmetic of one pass on one register; an {@link
 * invact.runtime.vector.Encoding} brings elements of a format into registers and back; a {@link
 * invact.runtime.vector.Storage} says what kind of segments the buffers are. The loops around them,
 * in plain methods, stand once for all forward kernels, once for all backward kernels and once for
 * all gates; {@link invact.runtime.vector.Fusion} makes one method of a loop and its parts. It says
 * why, and what may stand in them.
 *
 * <p><b>The shape of the loops.</b> A test before the loop, and then one at its end. An access to a
 * segment checks its arena: if that has an owner, it must be this thread. Once confined arenas have
 * been in use, C2 takes the inner check to the front of the loop, on a guess that the outer one
 * will be true, and throws the machine code away when the next arena has no owner. In this shape it
 * counts the wrong guesses at the test before the loop, and makes no more after the fourth; in a
 * loop with its test at the start it is wrong a hundred times, which takes many seconds.
 */
package invact.runtime.vector;
