/**
 * Coefficient sets, the interchange format of the project: what a fit leaves behind, and all that
 * evaluation, plots, runtimes and exports know. Kept as JSON.
 */
package invact.coefficients.internal;
