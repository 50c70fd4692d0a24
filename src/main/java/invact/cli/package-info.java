/**
 * The command line: commands parse arguments, call the library and print. Results go to stdout, all
 * else to stderr.
 */
package invact.cli;
