/** The later of two versions. Answers may arrive in another order than they were given. */
export const newer = <T extends { readonly version: number }>(known: T | undefined, next: T): T =>
  known && known.version > next.version ? known : next
