/** Starts to remove old records, if the operator asks for it. */
import type { Metrics } from '../runtime/metrics.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { type Archive, openArchive } from './archive.ts'
import {
  createRetention,
  createRetentionMetrics,
  type RetentionOptions,
  type RetentionSource,
} from './retention.ts'
import type { RetentionConfig } from './retention_config.ts'

/** Sources, and the setting that says how long their records are kept. */
export type Kept = {
  readonly days: number | undefined
  readonly sources: readonly RetentionSource<unknown>[]
  /** False for what may go without a copy, and so without ARCHIVE_DIR. List these first: a failing archive ends a run. */
  readonly archived?: boolean
}

const NO_ARCHIVE: Archive = {
  add: () => Promise.reject(new Error('There is no archive.')),
  close: async () => {},
}

/** Starts it, unless no setting asks for it. The result stops it. Throws with a message for operators. */
export function startRetention({
  service,
  kept,
  config,
  metrics,
  ...options
}: Pick<RetentionOptions, 'lease' | 'logger'> & {
  readonly service: string
  readonly kept: readonly Kept[]
  readonly config: RetentionConfig
  readonly metrics: Metrics
  readonly runtime: Runtime
}): () => Promise<void> {
  const { ARCHIVE_DIR: folder } = config
  const tasks = kept.flatMap(({ days, sources, archived = true }) =>
    days === undefined || (archived && folder === undefined)
      ? []
      : sources.map((source) => ({ days, source, archived })),
  )
  // Also without tasks, so that alerts find them.
  const measured = createRetentionMetrics(metrics)
  if (tasks.length === 0) return async () => {}
  const archive =
    folder === undefined ? NO_ARCHIVE : openArchive({ folder, service, runtime: options.runtime })
  const retention = createRetention({ ...options, tasks, archive, metrics: measured })
  retention.start()
  return retention.stop
}
