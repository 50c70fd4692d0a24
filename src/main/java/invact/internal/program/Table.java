package invact.internal.program;

/**
 * A parameter that is a table, of a program under construction.
 *
 * @param index its place among the parameters
 * @param type the type of its entries
 * @param length the number of its entries, a power of two
 */
public record Table(int index, Type type, int length) {}
