/**
 * Sends what is due, and gives up what has expired.
 *
 * Invariants
 *  M6. At most AT_ONCE_MAX attempts are under way in a replica, of these OF_ONE_HOST_MAX to mailboxes of one host, and each ends within SEND_MS.
 *      So a slow host leaves room for others, however many mails to it are due.
 *  M7. Without a server of mails nothing is sent, and what is pending is kept until it expires.
 *  A round is every ROUND_MS, at once after mails were added here, and again when an attempt ends.
 */
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import { inContext, NO_REQUEST } from '@shop/service_kit/runtime/request_context'
import { inTime, type Runtime } from '@shop/service_kit/runtime/runtime'
import { AT_ONCE_MAX, LEASE_MS, OF_ONE_HOST_MAX } from '../domain/mail.ts'
import type { DueMail, MailStore } from '../domain/mail_ports.ts'
import { createSend, type SendDeps, type SendMail } from './send.ts'

export const ROUND_MS = 1_000
/** The backlog is counted up to here, for the metrics. */
const COUNT_MAX = 10_000
/** Between two looks at the backlog, for the metrics. */
export const LOOK_EVERY_MS = 15_000
/** Due mails that are read at a time. */
const DUE_MAX = 50
/** Mails that expire in one round. */
const EXPIRED_MAX = 100
/** How long attempts under way are waited for at the end. Those that are cut off are made again when their lease ends (M2). */
export const STOP_MS = 3_000
export const EXPIRED = 'It could not be sent in time.'

export type SenderOptions = Omit<SendDeps, 'mails' | 'sendMail' | 'runtime'> & {
  readonly mails: MailStore
  /** Undefined without a server of mails. */
  readonly sendMail: SendMail | undefined
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'random' | 'after'>
  readonly metrics: Metrics
  readonly onFault: (fault: unknown) => void
}

export type Sender = {
  start(): void
  /** Does not wait for the next round. */
  wake(): void
  /** Resolves when attempts under way have ended, or after STOP_MS. */
  stop(): Promise<void>
}

export function createSender(options: SenderOptions): Sender {
  const { mails, sendMail, runtime, metrics, onFault, onOutcome } = options
  const counted = metrics.counter('mails_total', 'Attempts to send mails, by outcome.', ['outcome'])
  for (const outcome of ['sent', 'failed', 'dead']) counted.inc({ outcome }, 0)
  const pending = metrics.gauge('mails_pending', 'Mails that are not sent yet.')
  const oldest = metrics.gauge('mails_oldest_seconds', 'Age of the oldest of them.')
  metrics
    .gauge('mails_server', '1 if there is a server of mails (SMTP_URL), otherwise 0.')
    .set(sendMail ? 1 : 0)
  const send =
    sendMail &&
    createSend({
      ...options,
      sendMail,
      onOutcome: (outcome, mail, reason) => {
        counted.inc({ outcome })
        onOutcome?.(outcome, mail, reason)
      },
    })
  const underWay = new Map<Promise<void>, string>()
  let stopped = false
  let cancel: (() => void) | undefined
  let running: Promise<void> | undefined
  let again = false
  let looked = Number.NEGATIVE_INFINITY

  const look = async (now: Date) => {
    if (runtime.monotonic() - looked < LOOK_EVERY_MS) return
    looked = runtime.monotonic()
    const backlog = await mails.backlog(COUNT_MAX)
    pending.set(backlog.pending)
    const { oldestAt } = backlog
    oldest.set(oldestAt === undefined ? 0 : Math.max(0, (now.getTime() - Date.parse(oldestAt)) / 1_000))
  }

  /** Mails that there is room for. */
  const chosen = async (now: string): Promise<DueMail[]> => {
    const busy = new Map<string, number>()
    for (const host of underWay.values()) busy.set(host, (busy.get(host) ?? 0) + 1)
    const picked: DueMail[] = []
    for (;;) {
      const free = AT_ONCE_MAX - underWay.size - picked.length
      if (free <= 0) return picked
      const full = [...busy].filter(([, count]) => count >= OF_ONE_HOST_MAX).map(([host]) => host)
      const due = await mails.due(now, DUE_MAX, full)
      const before = picked.length
      for (const mail of due) {
        const count = busy.get(mail.host) ?? 0
        const isRoom = picked.length + underWay.size < AT_ONCE_MAX && count < OF_ONE_HOST_MAX
        if (!isRoom || picked.some(({ id }) => id === mail.id)) continue
        picked.push(mail)
        busy.set(mail.host, count + 1)
      }
      // Behind a full page of hosts that are full now there may be others.
      if (due.length < DUE_MAX || picked.length === before) return picked
    }
  }

  const round = async () => {
    const now = runtime.now()
    await look(now)
    const expired = await mails.expire(now.toISOString(), EXPIRED, EXPIRED_MAX)
    counted.inc({ outcome: 'dead' }, expired)
    if (expired === EXPIRED_MAX) again = true
    if (!send || stopped) return
    const leaseUntil = new Date(now.getTime() + LEASE_MS).toISOString()
    for (const mail of await mails.claim(await chosen(now.toISOString()), leaseUntil)) {
      const attempt: Promise<void> = send(mail)
        .catch(onFault)
        .finally(() => {
          underWay.delete(attempt)
          wake()
        })
      underWay.set(attempt, mail.host)
    }
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
  const wake = () => {
    if (!stopped) begin()
  }

  return {
    start: begin,
    wake,
    async stop() {
      stopped = true
      cancel?.()
      await running
      await inTime(runtime, STOP_MS, Promise.all(underWay.keys()), () => undefined)
    },
  }
}
