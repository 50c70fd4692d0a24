/**
 * Programs compiled to plain Java methods, one element at a time: what the scalar backend runs.
 * {@link invact.runtime.internal.scalar.ScalarCompiler} writes them.
 */
package invact.runtime.internal.scalar;
