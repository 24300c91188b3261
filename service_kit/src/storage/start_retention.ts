/** Starts to remove old records, if the operator asks for it. */
import type { Metrics } from '../runtime/metrics.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { openArchive } from './archive.ts'
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
  const tasks = kept.flatMap(({ days, sources }) =>
    days === undefined ? [] : sources.map((source) => ({ days, source })),
  )
  // Also without tasks, so that alerts find them.
  const measured = createRetentionMetrics(metrics)
  const { ARCHIVE_DIR: folder } = config
  if (tasks.length === 0 || folder === undefined) return async () => {}
  const archive = openArchive({ folder, service, runtime: options.runtime })
  const retention = createRetention({ ...options, tasks, archive, metrics: measured })
  retention.start()
  return retention.stop
}
