/**
 * The short number of an order, which people read to each other: #10042. The id stays in addresses, because a number can be
 * guessed; it opens no order to a reader who may not read it by its id (invariant 10).
 *
 * Invariants
 *  N1. One order, one number, for ever: it is stored with the order by the insert that adds it. A repeated insert finds the
 *      order that is there, with its number; a save never writes it. An order of an earlier release gets one by a write whose
 *      condition is that it has none.
 *  N2. Two orders never share one: a number is taken from a counter that only grows, and of which nothing is returned, also when
 *      an order is removed or a write fails. A unique index says it again.
 *  N3. Numbers follow the age of orders roughly, and may have gaps.
 */

/** The first order has the next one. */
export const NUMBER_BEFORE_FIRST = 10_000
