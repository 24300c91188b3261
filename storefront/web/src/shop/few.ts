/** So many, or fewer, are marked as running out on all pages. */
export const FEW = 5
