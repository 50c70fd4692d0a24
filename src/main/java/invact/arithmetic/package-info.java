/**
 * The arithmetic of the runtime as programs: f of the forward pass, gates, the rounded height and g
 * of the backward pass, each written once. {@link invact.arithmetic.Forward}, {@link
 * invact.arithmetic.Backward} and {@link invact.arithmetic.Gate} are the passes on one element;
 * loops, kernels and exports are made from them.
 */
package invact.arithmetic;
