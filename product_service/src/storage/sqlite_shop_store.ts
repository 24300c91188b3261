/** The settings of the shop on SQLite: one row, or none while they are the defaults. */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { changeSettings, type Patch, patched, settingsChanged } from '../domain/change_shop_settings.ts'
import type { ShopStore } from '../domain/shop_ports.ts'
import { DEFAULT_SETTINGS, SHOP_OWNER, type StoredSettings, UNCHANGED } from '../domain/shop_settings.ts'
import { prepareMediaUses } from './sqlite_media_uses.ts'

export function createSqliteShopStore(store: SqliteStore, audit: SqliteAudit): ShopStore {
  const SELECT = `SELECT version, settings, updated_at, width, height FROM shop
    LEFT JOIN media ON media.id = json_extract(settings, '$.logo_media_id')`
  const replaceUses = prepareMediaUses(store.writer)
  const read = store.reader.prepare(SELECT)
  const readForWrite = store.writer.prepare(SELECT)
  const write = store.writer.prepare(
    `INSERT INTO shop (id, version, settings, updated_at) VALUES ('shop', ?1, ?2, ?3)
       ON CONFLICT (id) DO UPDATE SET version = ?1, settings = ?2, updated_at = ?3`,
  )
  return {
    revision: store.revision,
    async read() {
      return settingsOf(read.get())
    },
    change: (patch, seen, { by, at }) =>
      audit.write(by, at, (record) => {
        const before = settingsOf(readForWrite.get())
        const after = changeSettings(before, patch, seen, at)
        if (after === before) return before
        const logo = after.settings.logo_media_id
        if (logo !== before.settings.logo_media_id) replaceUses(SHOP_OWNER, logo === null ? [] : [logo], at)
        write.run(after.version, JSON.stringify(after.settings), after.updatedAt)
        settingsChanged(before.settings, after.settings).forEach(record)
        return settingsOf(readForWrite.get())
      }),
  }
}

function settingsOf(row: Record<string, unknown> | undefined): StoredSettings {
  if (!row) return UNCHANGED
  const stored = JSON.parse(String(row.settings)) as Patch
  return {
    settings: patched(DEFAULT_SETTINGS, stored),
    logo: row.width === null ? null : { width: Number(row.width), height: Number(row.height) },
    version: Number(row.version),
    updatedAt: String(row.updated_at),
  }
}
