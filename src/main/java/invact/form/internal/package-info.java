/**
 * Families of approximators in the height u ("forms") and approximants: forms with coefficients.
 */
package invact.form.internal;
