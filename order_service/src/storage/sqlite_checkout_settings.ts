/** The settings of the checkout on SQLite: one row, or none while they are the defaults. */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { checkoutSettingsChanged } from '../domain/audit.ts'
import { changeSettings } from '../domain/change_checkout_settings.ts'
import type { CheckoutSettingsStore } from '../domain/checkout_ports.ts'
import {
  type CheckoutSettings,
  DEFAULT_CHECKOUT_SETTINGS,
  type StoredCheckoutSettings,
  UNCHANGED_SETTINGS,
} from '../domain/checkout_settings.ts'

export function createSqliteCheckoutSettings(store: SqliteStore, audit: SqliteAudit): CheckoutSettingsStore {
  const SELECT = 'SELECT version, settings, updated_at FROM checkout_settings WHERE only = 1'
  const read = store.reader.prepare(SELECT)
  const readForWrite = store.writer.prepare(SELECT)
  const write = store.writer.prepare(
    `INSERT INTO checkout_settings (only, version, settings, updated_at) VALUES (1, ?1, ?2, ?3)
       ON CONFLICT (only) DO UPDATE SET version = ?1, settings = ?2, updated_at = ?3`,
  )
  return {
    read: async () => settingsOf(read.get()),
    change: (settings, seen, { by, at }) =>
      audit.write(by, at, (record) => {
        const before = settingsOf(readForWrite.get())
        const after = changeSettings(before, settings, seen, at)
        if (after === before) return before
        write.run(after.version, JSON.stringify(after.settings), at)
        checkoutSettingsChanged(before.settings, after.settings).forEach(record)
        return after
      }),
  }
}

function settingsOf(row: Record<string, unknown> | undefined): StoredCheckoutSettings {
  if (!row) return UNCHANGED_SETTINGS
  const stored = JSON.parse(String(row.settings)) as CheckoutSettings
  return {
    settings: { ...DEFAULT_CHECKOUT_SETTINGS, ...stored },
    version: Number(row.version),
    updatedAt: String(row.updated_at),
  }
}
