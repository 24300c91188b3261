/** What `openStores` of every service takes; a service adds what only its stores need. */
import type { Runtime } from '../runtime/runtime.ts'
import type { UnreadableOf } from './unreadable.ts'

export type StoresConfig = {
  /** Without one: a SQLite file in DATA_DIR. */
  readonly DATABASE_URL?: string | undefined
  readonly DATA_DIR: string
}

export type StoresOptions = {
  readonly runtime: Runtime
  /** Without one, unreadable rows are not reported. */
  readonly unreadableOf?: UnreadableOf | undefined
}

/**
 * For a program that only reads: a store is opened only if it is there and of this release; nothing is made, noted as made here, or
 * updated.
 */
export type ExistingOnly = { readonly existing?: boolean | undefined }
