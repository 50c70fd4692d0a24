/**
 * Functions of x written as text, their first two derivatives by Taylor arithmetic, and their
 * derivatives by parameters.
 *
 * <p>Not Commons Math's DerivativeStructure: a coefficient set that carries its function's
 * expression must read back to the last digit, its exponential and its powers are FastMath's and
 * not {@link java.lang.StrictMath}'s, it knows no erf, and reading a set would pull in the library
 * that only fits need.
 */
package invact.activation.internal.expression;
