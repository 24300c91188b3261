/** The settings of the shop: public to read, for admins to change (domain/change_shop_settings.ts). */
import type { App } from '@shop/service_kit/http/app_types'
import { etagOf } from '@shop/service_kit/http/etags'
import { jsonParser } from '@shop/service_kit/http/json_bodies'
import { principalOf } from '@shop/service_kit/identity/access'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Patch } from '../domain/change_shop_settings.ts'
import type { ShopStore } from '../domain/shop_ports.ts'
import { cachedAnswers } from './cached_answers.ts'
import { readSeenVersions } from './preconditions.ts'
import { MERGE_PATCH_TYPE } from './product_write_schemas.ts'
import { getShopOperation, patchShopOperation } from './shop_schemas.ts'
import { shopView } from './shop_views.ts'

export type ShopRoutesDeps = {
  readonly shop: ShopStore
  readonly requireVersion: boolean
  readonly runtime: Pick<Runtime, 'now'>
}

export function shopRoutes({ shop, requireVersion, runtime }: ShopRoutesDeps) {
  const answer = cachedAnswers(shop.revision)
  return async (app: App) => {
    app.get('/shop', getShopOperation, (request, reply) =>
      answer(request, reply, 'shop', async () => {
        const stored = await shop.read()
        return { text: JSON.stringify(shopView(stored)), etag: etagOf(stored.version) }
      }),
    )

    app.register(async (patchApp: App) => {
      patchApp.addContentTypeParser(MERGE_PATCH_TYPE, { parseAs: 'buffer' }, jsonParser(patchApp))
      patchApp.patch('/shop', patchShopOperation, async (request, reply) => {
        const { version, ...patch } = request.body
        const seen = readSeenVersions(request.headers['if-match'], version, requireVersion)
        const stamp = { by: principalOf(request).userId, at: runtime.now().toISOString() }
        const stored = await shop.change(patch as Patch, seen, stamp)
        reply.header('etag', etagOf(stored.version))
        return shopView(stored)
      })
    })
  }
}
