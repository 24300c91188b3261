/** What the settings of the shop need from a store; as ports.ts. */
import type { Patch } from './change_shop_settings.ts'
import type { AuditStamp, SeenVersions } from './product.ts'
import type { StoredSettings } from './shop_settings.ts'

/** The settings of the shop. */
export type ShopStore = {
  /** As Catalogue.revision. */
  revision(): number | undefined
  /** The defaults at version 1 if they were never changed. */
  read(): Promise<StoredSettings>
  /** Applies changeSettings, and records it in the audit log. Fails with `settings_changed`, `settings_refused` or `media_unknown`. */
  change(patch: Patch, seen: SeenVersions, stamp: AuditStamp): Promise<StoredSettings>
}
