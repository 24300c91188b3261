/** What a model takes from outside: time, chance, and the faults that happen. */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Fields } from './documents/values.ts'

/** A command on its way to a member. */
export type Command = {
  /** Of the process that sent it. */
  readonly client: string
  readonly member: string
  /** `insert`, `find`, `commitTransaction` … */
  readonly name: string
  readonly database: string
  /** Absent if it is about none. */
  readonly collection: string | undefined
  readonly inTransaction: boolean
  /** As it was sent. */
  readonly body: Fields
}

/** The connection breaks, or the server answers this document. */
type Trouble = 'cut' | Fields

export type Fault = {
  /** It arrives later. */
  readonly requestMs?: number
  /** Its answer arrives later. */
  readonly answerMs?: number
  /** Instead of being applied. */
  readonly before?: Trouble
  /** It is applied, and this is the answer. */
  readonly after?: Trouble
}

export type ModelPort = Pick<Runtime, 'now' | 'after' | 'defer' | 'random'> & {
  /** Asked once for each command. */
  fault?(command: Command): Fault | undefined
  /** How long after a write a member copies it. Without it: at the next step. */
  replicationMs?(member: string): number
  /** Is given what happens: for the trace of a history. */
  note?(what: string): void
  /** Is given what the model does not know. Without it: an unhandled rejection, because callers repeat or ignore errors. */
  unknown?(error: Error): void
}

/** Resolves at a moment that the port chooses: after `ms`, or with the work that is ready now. */
export const step = ({ after, defer }: Pick<Runtime, 'after' | 'defer'>, ms = 0): Promise<void> =>
  new Promise((resolve) => (ms > 0 ? void after(ms, resolve) : defer(resolve)))
