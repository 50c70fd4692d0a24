/**
 * Coefficients that are still good after rounding: numbers of a dtype chosen together, not each for
 * itself.
 */
package invact.fit.internal.rounding;
