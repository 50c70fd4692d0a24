/**
 * Programs compiled to plain Java methods, one element at a time: what the scalar backend runs.
 * {@link invact.runtime.scalar.ScalarCompiler} writes them.
 */
package invact.runtime.scalar;
