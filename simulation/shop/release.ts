/**
 * What a history needs of a release: how its processes start and open their stores. `npm run keep-release` bundles this module,
 * so that histories of the next release start processes of this one, too (releases.ts). What it takes and returns is therefore
 * what the next release must go on with.
 */
import { Problem } from '@shop/service_kit/runtime/problem'
import { startAuth, startOrderService, startProducts, startStorefront } from './services.ts'
import { openShopWith } from './setting.ts'

export const RELEASE = {
  startAuth,
  startProducts,
  startOrderService,
  startStorefront,
  openShopWith,
  storeUnavailable: () => new Problem('store_unavailable', 'The simulated store did not answer.'),
  /** Each is loaded by those who play on that store. */
  openers: {
    sqlite: async () => (await import('./sqlite_openers.ts')).OPENERS,
    mongo: async () => (await import('./mongo_openers.ts')).OPENERS,
  },
}

export type Release = typeof RELEASE
