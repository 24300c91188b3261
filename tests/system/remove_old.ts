/** Removes everything of product_service that may be removed, however young. */
import type { Old } from '@shop/product_service/domain/ports'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'

const FAR_AHEAD = '9000-01-01T00:00:00.000Z'
const AT_ONCE = 20

/** Resolves how many records were removed; movements went into opening balances. */
export async function removeOld({ movements, reservations }: Old) {
  const removed = { movement: 0, attempt: 0, reservation: 0 }
  for (const source of [...movements, ...reservations]) {
    for (let after: string | undefined, more = true; more; ) {
      const { items, next } = await source.due(FAR_AHEAD, after, AT_ONCE)
      removed[source.kind] += await source.remove(items as never[])
      after = next
      more = next !== undefined
    }
  }
  return removed
}

/** In the store of a shop, of which units were counted twice: so that there is an opening balance. */
export async function removeOldAt(location: {
  DATA_DIR: string
  DATABASE_URL?: string
  CURRENCY_DIGITS?: number
}) {
  const stores = await openStores({ CURRENCY: 'USD', ...location }, { runtime: systemRuntime })
  try {
    const query = { sort: 'newest', words: [], inStock: false, after: undefined, limit: 1 } as const
    const { items } = await stores.catalogue.list(query)
    const counted = { productId: items[0]!.id, delta: 1, note: 'counted', attempt: undefined }
    const stamp = { by: 'test', at: systemRuntime.now().toISOString() }
    for (const _ of ['once', 'twice']) await stores.stock.adjust(counted, stamp)
    const { movement } = await removeOld(stores.old)
    if (movement < 2) throw new Error('no movement went into an opening balance')
  } finally {
    await stores.close()
  }
}
