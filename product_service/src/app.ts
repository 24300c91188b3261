/** product_service as an app over the given stores. It does not listen. */

import { auditRoutes } from '@shop/service_kit/audit/audit_routes'
import type { Audited } from '@shop/service_kit/audit/entry'
import { type App, createHttpApp } from '@shop/service_kit/http/app'
import { withViews } from '@shop/service_kit/http/problem_tables'
import type { Tracing } from '@shop/service_kit/http/tracing'
import type { AccessChecks } from '@shop/service_kit/identity/access'
import type { Reached } from '@shop/service_kit/runtime/crash_points'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { SERVICE } from './config.ts'
import { catalogueCsv } from './csv/write_csv.ts'
import { AUDIT_ACTIONS } from './domain/audit.ts'
import type { Pictures } from './domain/media_ports.ts'
import type { Stores } from './domain/ports.ts'
import { anyProductRoutes } from './http/any_product_routes.ts'
import { presentChange } from './http/audit_views.ts'
import { catalogueRoutes } from './http/catalogue_routes.ts'
import { categoryRoutes } from './http/category_routes.ts'
import { groupRoutes } from './http/group_routes.ts'
import { importRoutes } from './http/import_routes.ts'
import { mediaRoutes } from './http/media_routes.ts'
import { offerRoutes } from './http/offer_routes.ts'
import { PROBLEMS } from './http/problems.ts'
import { productReadRoutes } from './http/product_read_routes.ts'
import { productWriteRoutes } from './http/product_write_routes.ts'
import { createReservationMetrics } from './http/reservation_metrics.ts'
import { reservationRoutes } from './http/reservation_routes.ts'
import { shopRoutes } from './http/shop_routes.ts'
import { stockRoutes } from './http/stock_routes.ts'
import { createPictures } from './pictures/pictures.ts'

export type Deps = {
  readonly stores: Audited<Stores>
  /** For tests. */
  readonly pictures?: Pictures
  readonly access: AccessChecks
  readonly metrics: Metrics
  readonly currency: string
  /** Refuse changes that name no version. */
  readonly requireVersion: boolean
  readonly runtime: Runtime
  readonly reached: Reached
  /** The routes of `/internal`, all others, or (default) both on one listener. */
  readonly routes?: 'public' | 'internal'
  /** Addresses or networks whose X-Forwarded-For is believed: clients take turns by address (reader_thread.ts of the kit). */
  readonly trustedProxies?: readonly string[]
  readonly publicDocs?: boolean
  readonly accessLog?: boolean
  readonly logger?: Logger
  readonly tracing?: Tracing
}

export function createApp(deps: Deps): App {
  const {
    stores,
    access,
    metrics,
    currency,
    routes,
    publicDocs = false,
    accessLog = false,
    logger,
    tracing,
  } = deps
  const { categories } = stores
  const prices = { currency, digits: stores.digits, hasCategory: categories.has }
  const app = createHttpApp({
    service: SERVICE,
    description: 'The catalogue and its stock. Reads are public; changes need an admin.',
    metrics,
    runtime: deps.runtime,
    access,
    problems: withViews(PROBLEMS, prices),
    readiness: { store: stores.check },
    publicDocs: publicDocs && routes !== 'internal',
    accessLog,
    logger,
    ...(deps.trustedProxies && { trustedProxies: deps.trustedProxies }),
    ...(tracing && { tracing }),
  })
  const { catalogue, groups, stock } = stores
  if (routes !== 'internal') {
    if (categories.renew) app.addHook('preHandler', categories.renew)
    app.register(productReadRoutes({ catalogue, groups, categories, prices }))
    app.register(anyProductRoutes({ ...deps, catalogue, categories, prices }))
    app.register(catalogueRoutes({ catalogue, groups, listings: stores.listings, prices }))
    app.register(productWriteRoutes({ ...deps, catalogue, prices }))
    app.register(groupRoutes({ ...deps, catalogue, groups, prices }))
    app.register(categoryRoutes({ ...deps, categories }))
    app.register(stockRoutes({ ...deps, stock }))
    const { pictures = createPictures(deps) } = deps
    app.register(mediaRoutes({ ...deps, media: stores.media, pictures }))
    app.addHook('onClose', pictures.close)
    app.register(importRoutes({ ...deps, imports: stores.imports, exportCsv: () => catalogueCsv(stores) }))
    app.register(shopRoutes({ ...deps, shop: stores.shop }))
    app.register(
      auditRoutes({
        of: 'products',
        operationId: 'listProductChanges',
        actions: AUDIT_ACTIONS,
        auditLog: stores.auditLog,
        present: presentChange(prices),
      }),
    )
  }
  if (routes !== 'public') {
    app.register(offerRoutes({ catalogue, prices }))
    app.register(reservationRoutes({ ...deps, stock, prices, metrics: createReservationMetrics(metrics) }))
  }
  return app
}
