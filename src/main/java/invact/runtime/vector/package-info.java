/**
 * The vector backend, on the JDK's Vector API ({@code jdk.incubator.vector}), at home here alone.
 *
 * <p>Kernels are single methods without helpers that take or return vectors: such a helper may not
 * be inlined once it is hot by itself, or once its caller has many nodes, and then each vector is
 * an object on the heap, which was measured to cost a factor of three to five. For the same reason
 * each loads its constants into local variables before its loop.
 */
package invact.runtime.vector;
