/** The variables about old records (retention.ts). Without them nothing is ever removed. */
import { ConfigError } from '../runtime/config.ts'
import Type from '../runtime/schema_types.ts'

/**
 * The least that any record is kept, and so how long an idempotency key is good for: one that is repeated later may make a
 * second order, or adjustment. Far longer than any call, retry or lease.
 */
export const RETAIN_DAYS_MIN = 30
const RETAIN_DAYS_MAX = 36_500

export const RetainDaysConfig = (what: string) =>
  Type.Optional(
    Type.Integer({
      minimum: RETAIN_DAYS_MIN,
      maximum: RETAIN_DAYS_MAX,
      description: `Days after which ${what}; without it they are kept for ever. Needs ARCHIVE_DIR`,
    }),
  )

export const ArchiveConfig = {
  ARCHIVE_DIR: Type.Optional(
    Type.String({ description: 'Folder to which old records are written before they are removed' }),
  ),
}

export type RetentionConfig = { readonly ARCHIVE_DIR?: string | undefined }

/** Throws ConfigError if records are to be removed and there is no archive for them. */
export function requireArchive<Config extends RetentionConfig & Readonly<Record<string, unknown>>>(
  config: Config,
): Config {
  const asking = Object.keys(config).filter((name) => name.startsWith('RETAIN_'))
  if (asking.length > 0 && config.ARCHIVE_DIR === undefined) {
    throw new ConfigError([
      `ARCHIVE_DIR is missing: ${asking.join(' and ')} removes records, and they are written to that folder first`,
    ])
  }
  return config
}
