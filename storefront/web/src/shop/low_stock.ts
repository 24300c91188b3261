/** At most this many units are marked as running out, on all pages. */
export const LOW_STOCK = 5
