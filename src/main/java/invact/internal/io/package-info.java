/** Files written whole or not at all, and JSON text in one layout. */
package invact.internal.io;
