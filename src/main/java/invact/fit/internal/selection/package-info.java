/** The coefficient sets to use by default, and how they are fitted. */
package invact.fit.internal.selection;
