/** Families of approximators in the lift u ("forms") and approximants: forms with coefficients. */
package invact.form.internal;
