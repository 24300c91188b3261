/** The three services through the gateway, as one typed object: `shop.products.GET('/products')`. */
import { createShopClient } from '@shop/client/shop_client'
import { createTabSession } from '../session/tab_session.ts'
import { browserStorage } from '../storage.ts'

export { ShopProblem } from '@shop/client/problem'
export { dataOf, type User } from '@shop/client/shop_client'

export const tabSession = createTabSession(browserStorage)

/** A person waits for these answers: few tries, close together. What then fails is told, and heals (refetch.ts). */
const RETRY = { attempts: 3, waitMs: 250, waitMaxMs: 2_000 }
/** Nobody looks at an empty page for longer than this without a word. */
const READ_WITHIN_MS = 5_000

export const shop = createShopClient({
  authUrl: '/api/auth',
  productUrl: '/api',
  orderUrl: '/api',
  fetch: tabSession.fetch,
  tokenStore: tabSession.store,
  retry: RETRY,
  readWithinMs: READ_WITHIN_MS,
})
