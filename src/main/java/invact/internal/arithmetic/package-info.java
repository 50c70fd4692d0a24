/**
 * The arithmetic of the runtime as programs: f of the forward pass, gates, the rounded height and g
 * of the backward pass, each written once. {@link invact.internal.arithmetic.Forward}, {@link
 * invact.internal.arithmetic.Backward} and {@link invact.internal.arithmetic.Gate} are the passes
 * on one element; loops, kernels and exports are made from them.
 */
package invact.internal.arithmetic;
