/**
 * Fitting: from samples of a function to the parameters of a model.
 *
 * <p>This package is the only one that uses Apache Commons Math.
 */
package invact.fit.internal;
