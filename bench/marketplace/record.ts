/** What the clients of the marketplace saw, for anomalies.ts. Times are those of `performance.now()` in this process. */

/** From before a request was sent until after its answer was read. */
export type Window = { readonly calledAt: number; readonly returnedAt: number }

export type Line = { readonly productId: string; readonly quantity: number; readonly unitPriceMinor: number }

/** An order whose final answer was seen. */
export type Sale = {
  readonly id: string
  readonly userId: string
  readonly key: string
  /** As the client asked for them, at the prices it knew. */
  readonly lines: readonly Line[]
  readonly placed: Window
  /** The reason, if it was refused. */
  readonly rejection?: string
  shipped?: Window
  delivered?: Window
}

export type PriceChange = Window & {
  readonly productId: string
  readonly priceMinor: number
  /** The version that it made; undefined if no answer says whether it was applied. */
  readonly version: number | undefined
}

export type Removal = Window & { readonly productId: string }

/** A product as one answer showed it. */
export type ProductRead = Window & {
  readonly productId: string
  readonly priceMinor: number
  readonly version: number
}

/** A page of orders, newest first. */
export type OrderPage = Window & {
  readonly status: 'confirmed' | 'shipped'
  readonly ids: readonly string[]
  /** There may be more behind it. */
  readonly full: boolean
}

export type MarketRecord = {
  /** By order id. */
  readonly sales: Map<string, Sale>
  readonly prices: PriceChange[]
  readonly removals: Removal[]
  readonly reads: ProductRead[]
  readonly pages: OrderPage[]
  /** Units that each product got when it was created. */
  readonly stocked: Map<string, number>
  /** Answers that are wrong by themselves. */
  readonly wrong: string[]
}

export const createRecord = (): MarketRecord => ({
  sales: new Map(),
  prices: [],
  removals: [],
  reads: [],
  pages: [],
  stocked: new Map(),
  wrong: [],
})
