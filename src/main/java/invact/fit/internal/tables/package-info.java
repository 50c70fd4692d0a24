/**
 * Makes the constants that stand in the sources: {@code java -cp target/invact.jar
 * invact.fit.internal.tables.Main NAME} prints one table. A test holds that each is what its source
 * has, bit for bit.
 */
package invact.fit.internal.tables;
