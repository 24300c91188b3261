/**
 * Accounts that were deleted, until order_service knows it and erases the personal fields of their orders (deletion_delivery.ts). A deletion
 * is recorded in the step that deletes the account.
 */
export type Deletion = {
  readonly userId: string
  /** Claims so far. */
  readonly attempts: number
  /** Grows with each claim: an older claim changes nothing any more. */
  readonly fence: number
}

/** `UserStore.erase` adds them. */
export type DeletionStore = {
  /** Claims at most `limit` that are due, until `until`. */
  claim(now: Date, until: Date, limit: number): Promise<Deletion[]>
  /** Due again at this time, if it is claimed by `fence`. */
  postpone(userId: string, fence: number, dueAt: Date): Promise<void>
  /** If it is claimed by `fence`. */
  remove(userId: string, fence: number): Promise<void>
}

/** Resolves when they are recorded. */
export type DeletionClient = (userIds: readonly string[]) => Promise<void>
