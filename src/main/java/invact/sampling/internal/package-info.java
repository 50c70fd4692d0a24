/**
 * Every set of points over which this project fits, measures or draws. "Largest error" without more
 * means the largest over the points of this table's row.
 *
 * <ul>
 *   <li>{@link SamplingPlan}: least-squares fits; {@link Sampling} names its two layouts.
 *   <li>{@link ChebyshevPoints}: minimax fits and the lattice rounding of their coefficients.
 *   <li>{@link QuantizationCells}: fits to the conditional mean, the irreducible error, and all
 *       errors of a rounded output; 16-bit dtypes by {@link HalfPrecision}, all inputs; fp32 by
 *       {@link SinglePrecision}, a sample of cells.
 *   <li>{@link ErrorGrid}: the derivative errors in a coefficient set, {@code evaluate} in fp64 and
 *       fp32, and {@code search} in fp32.
 *   <li>{@link ArgminNeighbourhood}: beside that, {@code evaluate} in fp32.
 *   <li>{@link HalfPrecision}: {@code evaluate} in bf16 and fp16.
 *   <li>{@link Intervals}: figures of errors along x.
 *   <li>{@link BranchSampling}: curves in figures.
 * </ul>
 *
 * <p>{@link Densities} says how inputs are weighted where no density is named.
 */
package invact.sampling.internal;
