package invact.internal.program;

/**
 * A value of a program under construction.
 *
 * @param id its number
 * @param type its type
 */
public record Value(int id, Type type) {}
