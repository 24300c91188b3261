/** The store of mails. Every adapter passes test/mail_store_contract.ts. */
import type { Mail, MailState, NewMail } from './mail.ts'

/** What is due, before it is claimed. */
export type DueMail = Pick<Mail, 'id' | 'host' | 'fence'>

/** What came of an attempt. `dueAt` is of a mail that stays `pending`. */
export type FinishedMail = Pick<Mail, 'id' | 'fence' | 'reason'> & {
  readonly state: MailState
  readonly dueAt: string
}

export type MailBacklog = {
  /** At most as many as the limit: counting a large backlog would hold up the mails themselves. */
  readonly pending: number
  /** When the oldest of them was asked for. */
  readonly oldestAt: string | undefined
}

export type MailStore = {
  /** Adds those whose ids are new (M1). Resolves how many these were. Safe to repeat. */
  add(mails: readonly NewMail[], at: string): Promise<number>
  /** Mails of the events up to this position of the log were made. */
  position(): Promise<number>
  /** Adds mails of events, and moves the position from the one to the other: all or nothing. False if it is another one by now. */
  advance(from: number, to: number, mails: readonly NewMail[], at: string): Promise<boolean>
  /** Pending mails whose turn it is, those that wait longest first; none to `without`. */
  due(now: string, limit: number, without: readonly string[]): Promise<readonly DueMail[]>
  /** Claims those that were not claimed meanwhile (M3): fence and attempts grow by one. */
  claim(due: readonly DueMail[], leaseUntil: string): Promise<readonly Mail[]>
  /** Records an attempt under the fence of its claim. One that is over loses its content in the same write (M5). */
  finish(finished: FinishedMail, at: string): Promise<boolean>
  /** Pending mails that have expired, at most `limit`, become dead with this reason. Resolves how many. */
  expire(now: string, reason: string, limit: number): Promise<number>
  backlog(limit: number): Promise<MailBacklog>
  /** Those that are over, the newest first. */
  over(state: Exclude<MailState, 'pending'>, limit: number): Promise<readonly Mail[]>
}

/** Mails that are over and may be forgotten (RetentionSource of the kit). */
export type OldMails = {
  readonly kind: 'mail'
  due(
    before: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly string[]; readonly next: string | undefined }>
  remove(ids: readonly string[]): Promise<number>
}
