/**
 * The search for forms that are worth their cost: all candidates of a branch fitted and measured as
 * they would be shipped, and the front of those that no other beats in both error and cost.
 */
package invact.search;
