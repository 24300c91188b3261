/**
 * Reads the event log for mails.
 *
 * Invariant: mails of a part of the log and the position behind it are one change, so each event is read once by one of the replicas, and no
 * event is left out, whatever stops. A mail that was made twice all the same, as after a restore, is known by its id (M1).
 */
import { inContext, NO_REQUEST } from '@shop/service_kit/runtime/request_context'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { MailStore } from '../domain/mail_ports.ts'
import { mailOfEvent } from '../domain/order_mails.ts'
import type { EventLog } from '../domain/ports.ts'

export const ROUND_MS = 1_000
/** Positions of the log in one change. */
export const READ_MAX = 100

export type ReaderOptions = {
  readonly events: Pick<EventLog, 'ends' | 'between'>
  readonly mails: Pick<MailStore, 'position' | 'advance'>
  readonly runtime: Pick<Runtime, 'now' | 'after'>
  /** Called after mails were added. */
  readonly onMails: () => void
  readonly onFault: (fault: unknown) => void
}

export type Reader = {
  start(): void
  /** Does not wait for the next round. */
  wake(): void
  stop(): Promise<void>
}

/** Reads a part of the log. Resolves whether there may be more. */
export async function readOn({
  events,
  mails,
  runtime,
  onMails,
}: Omit<ReaderOptions, 'onFault'>): Promise<boolean> {
  const ends = await events.ends()
  if (!ends) return false
  const position = await mails.position()
  if (position >= ends.last) return false
  const from = Math.max(position, ends.first - 1)
  const to = Math.min(ends.last, from + READ_MAX)
  const now = runtime.now()
  const found = await events.between(from, to, READ_MAX)
  const made = found.flatMap((event) => mailOfEvent(event, now) ?? [])
  // False: another replica was first.
  if ((await mails.advance(position, to, made, now.toISOString())) && made.length > 0) onMails()
  return to < ends.last
}

export function createReader(options: ReaderOptions): Reader {
  const { runtime, onFault } = options
  let stopped = false
  let again = false
  let cancel: (() => void) | undefined
  let running: Promise<void> | undefined

  const round = async () => {
    while (!stopped && (await readOn(options)));
  }
  const begin = () => {
    cancel?.()
    if (running) {
      again = true
      return
    }
    again = false
    running = inContext(NO_REQUEST, round)
      .catch(onFault)
      .finally(() => {
        running = undefined
        if (!stopped) cancel = runtime.after(again ? 0 : ROUND_MS, begin, { background: true })
      })
  }

  return {
    start: begin,
    wake() {
      if (!stopped) begin()
    },
    async stop() {
      stopped = true
      cancel?.()
      await running
    },
  }
}
