/** Coefficient sets: the interchange format between fits and everything that uses them. */
package invact.coefficients;
