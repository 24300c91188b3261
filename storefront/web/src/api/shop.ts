/** The three services through the gateway, as one typed object: `shop.products.GET('/products')`. */
import { createShopClient } from '@shop/client/shop_client'
import { servedAnswers, servedFirst } from '../served.ts'
import { createTabSession } from '../session/tab_session.ts'
import { browserStorage } from '../storage.ts'

export { ShopProblem } from '@shop/client/problem'
export { dataOf } from '@shop/client/shop_client'
export type { PasskeyCredential, User } from '@shop/client/sign_in'

export const tabSession = createTabSession(browserStorage)

/** A person waits for these answers: few attempts, close together. Then the failure is shown, and refetch.ts takes over. */
const RETRY = { attempts: 3, waitMs: 250, waitMaxMs: 2_000 }
/** A page shows a failure after this time at the latest. */
const READ_WITHIN_MS = 5_000

export const shop = createShopClient({
  authUrl: '/api/auth',
  productUrl: '/api',
  orderUrl: '/api',
  fetch: servedFirst(tabSession.fetch, servedAnswers()),
  tokenStore: tabSession.store,
  retry: RETRY,
  readWithinMs: READ_WITHIN_MS,
})
