/**
 * The settings of the checkout on MongoDB: one document, or none while they are the defaults.
 *
 * A transaction whose outcome is unknown is not decided again if it was applied: the document has the token of its last
 * change. Two changes at once: both name the version they read, so one of them begins again.
 */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { checkoutSettingsChanged } from '../domain/audit.ts'
import { changeSettings } from '../domain/change_checkout_settings.ts'
import type { CheckoutSettingsStore } from '../domain/checkout_ports.ts'
import {
  type CheckoutSettings,
  DEFAULT_CHECKOUT_SETTINGS,
  type StoredCheckoutSettings,
  UNCHANGED_SETTINGS,
} from '../domain/checkout_settings.ts'

export const CHECKOUT_SETTINGS = 'checkout_settings'
const ID = 'checkout'

type SettingsDocument = {
  readonly _id: string
  readonly version: number
  readonly settings: CheckoutSettings
  readonly updatedAt: string
  readonly token: string
}

export function createMongoCheckoutSettings(
  store: MongoStore,
  runtime: Pick<Runtime, 'newId'>,
  audit: MongoAudit,
): CheckoutSettingsStore {
  const collection = () => store.collection<SettingsDocument>(CHECKOUT_SETTINGS)
  return {
    read: () => store.repeat(async () => settingsOf(await collection().findOne({ _id: ID }))),
    change(settings, seen, { by, at }) {
      const token = runtime.newId()
      return audit.write(by, at, async (options, record) => {
        const document = await collection().findOne({ _id: ID }, options)
        const before = settingsOf(document)
        if (document?.token === token) return before
        const after = changeSettings(before, settings, seen, at)
        if (after === before) return before
        const fields = { version: after.version, settings, updatedAt: at, token }
        if (document === null) await collection().insertOne({ _id: ID, ...fields }, options)
        else {
          const same = { _id: ID, version: before.version }
          const { matchedCount } = await collection().updateOne(same, { $set: fields }, options)
          // Another replica was faster: begins again.
          if (matchedCount === 0) throw new OutcomeUnknown()
        }
        await record(...checkoutSettingsChanged(before.settings, settings))
        return after
      })
    },
  }
}

const settingsOf = (document: SettingsDocument | null): StoredCheckoutSettings =>
  document === null
    ? UNCHANGED_SETTINGS
    : {
        settings: { ...DEFAULT_CHECKOUT_SETTINGS, ...document.settings },
        version: document.version,
        updatedAt: document.updatedAt,
      }
