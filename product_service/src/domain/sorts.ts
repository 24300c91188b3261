/** The orders of lists of the catalogue. */

export const SORTS = ['newest', 'price', '-price', 'name'] as const
export type Sort = (typeof SORTS)[number]
/** A search can also be sorted by relevance. Without words, relevance means newest. */
export const SEARCH_SORTS = [...SORTS, 'relevance'] as const
export type SearchSort = (typeof SEARCH_SORTS)[number]
