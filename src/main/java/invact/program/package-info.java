/**
 * Programs: one straight-line computation for each formula, from which everything that evaluates
 * the formula is made. {@link invact.program.Program} says what a program is, {@link
 * invact.program.Op} what its operations do, {@link invact.program.Interpreter} is the
 * specification.
 */
package invact.program;
