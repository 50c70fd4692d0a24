/**
 * Activations y = f(x) that fall and then rise, and the two branches their one minimum splits them
 * into.
 */
package invact.activation;
