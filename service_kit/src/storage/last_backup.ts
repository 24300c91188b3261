/**
 * When the shop was last backed up, as a metric. `npm run backup` records it: on SQLite in LAST_BACKUP_FILE of DATA_DIR, on
 * MongoDB in every database. It is read in the background, so that a database that is down does not delay /metrics.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metrics } from '../runtime/metrics.ts'
import type { Cancel, Runtime } from '../runtime/runtime.ts'

export const LAST_BACKUP_FILE = 'last_backup.json'
/** How often it is read. */
export const LAST_BACKUP_READ_MS = 60_000

export type LastBackup = () => Promise<Date | undefined>

/** Of a shop on SQLite. Undefined if there is none, or if the file cannot be read. */
export const lastBackupIn =
  (dataDir: string): LastBackup =>
  async () => {
    try {
      const { at } = JSON.parse(readFileSync(join(dataDir, LAST_BACKUP_FILE), 'utf8'))
      const time = new Date(at)
      return Number.isNaN(time.getTime()) ? undefined : time
    } catch {
      return undefined
    }
  }

/** The result stops it. While it cannot be read, the metric has its last value; 0 if there was no backup. */
export function reportLastBackup(
  metrics: Metrics,
  read: LastBackup,
  { every }: Pick<Runtime, 'every'>,
): Cancel {
  const gauge = metrics.gauge(
    'shop_last_backup_timestamp_seconds',
    'Unix time of the last backup of the shop; 0 if there was none.',
  )
  const refresh = () =>
    read().then(
      (at) => gauge.set(at === undefined ? 0 : Math.floor(at.getTime() / 1000)),
      () => {},
    )
  void refresh()
  return every(LAST_BACKUP_READ_MS, () => void refresh(), { background: true })
}
