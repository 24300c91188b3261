/**
 * Works on the open import, in the background of every replica; one of them has the lease. A lost lease does no harm
 * (domain/import.ts, invariants 2 and 3): it only costs the work of a batch.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { isWorkedOn } from '../domain/import.ts'
import type { Lease } from '../domain/lease.ts'
import type { Stores } from '../domain/ports.ts'
import { type ApplyPorts, applyImport } from './apply_import.ts'
import { type CheckPorts, checkImport } from './check_import.ts'

/** How often an idle replica asks for work. */
export const IMPORT_POLL_MS = 1_000
/** After the replica that worked on an import died, another one continues when this has passed. */
export const IMPORT_LEASE_MS = 4_000
/** Renewed when so much of it has passed. */
const RENEW_AFTER_MS = 1_000

export type ImportWorkerOptions = Omit<CheckPorts & ApplyPorts, 'mayContinue' | 'runtime'> & {
  readonly lease: Lease
  readonly runtime: Pick<Runtime, 'now' | 'newId' | 'defer' | 'monotonic' | 'sleep'>
  readonly onFailure: (error: unknown) => void
}

export function createImportWorker({ lease, runtime, onFailure, ...ports }: ImportWorkerOptions) {
  const owner = runtime.newId()
  const stopping = new AbortController()
  let renewedAt = 0
  let running: Promise<void> | undefined

  const take = (forMs: number) => {
    renewedAt = runtime.monotonic()
    const now = runtime.now()
    return lease.take(owner, now, new Date(now.getTime() + forMs))
  }
  const mayContinue = async () => {
    if (stopping.signal.aborted) return false
    return runtime.monotonic() - renewedAt < RENEW_AFTER_MS || take(IMPORT_LEASE_MS)
  }

  /** Resolves whether there was work. */
  const work = async (): Promise<boolean> => {
    const job = await ports.imports.open()
    if (!job || !isWorkedOn(job) || !(await take(IMPORT_LEASE_MS))) return false
    try {
      // Another replica may have ended it meanwhile.
      const mine = await ports.imports.open()
      if (!mine || !isWorkedOn(mine)) return false
      const all = { ...ports, runtime, mayContinue }
      await (mine.state === 'checking' ? checkImport(mine, all) : applyImport(mine, all))
      return true
    } finally {
      // It ended a moment ago.
      await take(-1)
    }
  }

  const repeat = async () => {
    while (!stopping.signal.aborted) {
      await work().catch(onFailure)
      await runtime.sleep(IMPORT_POLL_MS, stopping.signal, { background: true }).catch(() => {})
    }
  }

  return {
    work,
    start() {
      running ??= repeat()
    },
    /** Resolves when the batch under way has ended. */
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** What a worker needs of the stores. */
export const importPorts = (stores: Stores, currency: string) => ({
  ...stores,
  media: stores.media.records,
  lease: stores.importLease,
  money: () => ({ currency, digits: stores.digits() }),
})
