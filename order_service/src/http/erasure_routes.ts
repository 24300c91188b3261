/** Deleted accounts, as auth_service reports them: recorded here, and carried out by a task of the retention (domain/erasures.ts). */
import type { App } from '@shop/service_kit/http/app_types'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Erasures } from '../domain/erasure_ports.ts'
import { requestErasuresOperation } from './erasure_schemas.ts'

export type ErasureRoutesDeps = {
  readonly erasures: Pick<Erasures, 'add'>
  readonly runtime: Pick<Runtime, 'now'>
}

export function erasureRoutes({ erasures, runtime }: ErasureRoutesDeps) {
  return async (app: App) => {
    app.post('/internal/erasures', requestErasuresOperation, async ({ body }) => {
      await erasures.add(body.user_ids, runtime.now().toISOString())
      return {}
    })
  }
}
