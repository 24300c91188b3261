/** Taxes and ways of shipping: public to read, for admins to change (domain/checkout/change_settings.ts). */
import type { App } from '@shop/service_kit/http/app_types'
import { etagOf, versionsNamed } from '@shop/service_kit/http/etags'
import { principalOf } from '@shop/service_kit/identity/access'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { CheckoutSettingsStore } from '../domain/checkout_ports.ts'
import {
  getCheckoutSettingsOperation,
  replaceCheckoutSettingsOperation,
} from './checkout_settings_schemas.ts'
import { settingsOf, settingsView } from './checkout_settings_views.ts'
import type { PaymentRules } from './payment_rules.ts'

/** The longest lists of the schema fit. */
const SETTINGS_BYTES_MAX = 512 * 1024

export type CheckoutSettingsRoutesDeps = {
  readonly settings: CheckoutSettingsStore
  readonly rules: PaymentRules
  readonly currency: string
  readonly digits: () => number
  readonly runtime: Pick<Runtime, 'now'>
}

export function checkoutSettingsRoutes({
  settings,
  rules,
  currency,
  digits,
  runtime,
}: CheckoutSettingsRoutesDeps) {
  return async (app: App) => {
    app.get('/checkout_settings', getCheckoutSettingsOperation, async (_request, reply) => {
      const stored = await settings.read()
      reply.header('etag', etagOf(stored.version))
      return settingsView(stored, { currency, digits: digits(), rules })
    })

    app.put(
      '/checkout_settings',
      { ...replaceCheckoutSettingsOperation, bodyLimit: SETTINGS_BYTES_MAX },
      async (request, reply) => {
        const { body } = request
        const seen =
          versionsNamed(request.headers['if-match']) ??
          (body.version === undefined ? undefined : [body.version])
        const stamp = { by: principalOf(request).userId, at: runtime.now().toISOString() }
        const stored = await settings.change(settingsOf(body, digits()), seen, stamp)
        reply.header('etag', etagOf(stored.version))
        return settingsView(stored, { currency, digits: digits(), rules })
      },
    )
  }
}
