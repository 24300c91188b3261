/** Where an order is on the way to losing its personal fields (erase_orders.ts). No save writes it. */
export type Erasable = {
  /** No account has it (any more), and its personal fields are not erased. */
  readonly isOwnerless: boolean
  /** When its personal fields were erased. */
  readonly erasedAt: string | undefined
}
