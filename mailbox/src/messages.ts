/**
 * The messages, in memory.
 *
 * Promises
 *  1. There are at most MESSAGES_MAX, and together they have at most TOTAL_BYTES_MAX: the oldest go.
 *  2. What a message says is data: nothing of it is executed or fetched here.
 */
import PostalMime from 'postal-mime'

export const MESSAGES_MAX = 200
export const MESSAGE_BYTES_MAX = 1024 * 1024
export const TOTAL_BYTES_MAX = 32 * 1024 * 1024

export type Message = {
  /** From 1. */
  readonly id: number
  readonly receivedAt: string
  readonly from: string
  /** Of the envelope. */
  readonly to: readonly string[]
  readonly subject: string
  readonly messageId: string
  readonly text: string
  /** Undefined without one. */
  readonly html: string | undefined
  readonly source: string
}

export type Messages = {
  /** Rejects if it cannot be read. */
  add(source: string, from: string, to: readonly string[]): Promise<void>
  /** The newest first. */
  list(): readonly Message[]
  find(id: number): Message | undefined
}

export function createMessages(now: () => Date): Messages {
  const messages: Message[] = []
  let last = 0
  return {
    async add(source, from, to) {
      const receivedAt = now().toISOString()
      const { subject = '', messageId = '', text = '', html } = await PostalMime.parse(source)
      last += 1
      messages.unshift({ id: last, receivedAt, from, to, subject, messageId, text, html, source })
      const bytes = () => messages.reduce((sum, each) => sum + each.source.length, 0)
      while (messages.length > MESSAGES_MAX || bytes() > TOTAL_BYTES_MAX) messages.pop()
    },
    list: () => messages,
    find: (id) => messages.find((each) => each.id === id),
  }
}
