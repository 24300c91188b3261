/**
 * The settings of the shop on MongoDB: one document, or none while they are the defaults.
 *
 * A transaction whose outcome is unknown is not decided again if it was applied: the document has the token of its last
 * change. Two changes at once: both name the version they read, so one of them begins again.
 */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { ClientSession, MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { changeSettings, patched, settingsChanged } from '../domain/change_shop_settings.ts'
import type { ShopStore } from '../domain/shop_ports.ts'
import { DEFAULT_SETTINGS, SHOP_OWNER, type StoredSettings, UNCHANGED } from '../domain/shop_settings.ts'
import { collectionsOf, type ShopDocument } from './mongo_documents.ts'
import { replaceMediaUses } from './mongo_media_uses.ts'

const ID = 'shop'
type Options = { readonly session?: ClientSession }

export function createMongoShopStore(
  store: MongoStore,
  runtime: Pick<Runtime, 'newId'>,
  audit: MongoAudit,
): ShopStore {
  const { shop, media, mediaUses } = collectionsOf(store)

  const stored = async (document: ShopDocument | null, options: Options = {}): Promise<StoredSettings> => {
    if (document === null) return UNCHANGED
    const { version, updatedAt } = document
    const settings = patched(DEFAULT_SETTINGS, document.settings)
    const id = settings.logo_media_id
    const logo = id === null ? null : await media.findOne({ _id: id }, options)
    return { settings, logo: logo && { width: logo.width, height: logo.height }, version, updatedAt }
  }
  return {
    /** Other replicas change them without notice. */
    revision: () => undefined,
    read: () => store.repeat(async () => stored(await shop.findOne({ _id: ID }))),
    change(patch, seen, { by, at }) {
      const token = runtime.newId()
      return audit.write(by, at, async (options, record) => {
        const document = await shop.findOne({ _id: ID }, options)
        const before = await stored(document, options)
        if (document?.token === token) return before
        const after = changeSettings(before, patch, seen, at)
        if (after === before) return before
        const logo = after.settings.logo_media_id
        if (logo !== before.settings.logo_media_id) {
          const ids = logo === null ? [] : [logo]
          await replaceMediaUses({ media, mediaUses }, options.session!, SHOP_OWNER, ids, at)
        }
        const fields = { version: after.version, settings: after.settings, updatedAt: at, token }
        if (document === null) await shop.insertOne({ _id: ID, ...fields }, options)
        else {
          const { matchedCount } = await shop.updateOne(
            { _id: ID, version: before.version },
            { $set: fields },
            options,
          )
          // Another replica was faster: begins again.
          if (matchedCount === 0) throw new OutcomeUnknown()
        }
        await record(...settingsChanged(before.settings, after.settings))
        return stored({ _id: ID, ...fields }, options)
      })
    },
  }
}
