/**
 * Programs: one straight-line computation for each formula, from which everything that evaluates
 * the formula is made. {@link invact.internal.program.Program} says what a program is, {@link
 * invact.internal.program.Op} what its operations do, {@link invact.internal.program.Interpreter}
 * is the specification.
 */
package invact.internal.program;
