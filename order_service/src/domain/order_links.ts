/**
 * Sends the link of an order to its buyer again, for who lost the mail, or whose link is too old.
 *
 * Promises
 *  1. The answer is the same, and as fast, whether or not there is such an order: it is looked up afterwards.
 *  2. The mail goes to the address of the order alone, at most once in WINDOW_MS: its id follows from the order and the time, and a mail
 *     is known by its id.
 *  3. A client address may ask CLIENT_MAX times in CLIENT_MS (of each replica), and at most AT_ONCE_MAX are looked up at a time.
 *  A process that ends meanwhile sends nothing: the buyer asks again.
 */
import { DomainError } from './errors.ts'
import { isGuestOrder, normalEmail } from './guests.ts'
import type { Ports } from './ports.ts'

export const WINDOW_MS = 15 * 60_000
export const CLIENT_MAX = 10
export const CLIENT_MS = 60 * 60_000
export const AT_ONCE_MAX = 16
/** Of more, the one that asked longest ago is forgotten. */
const CLIENTS_MAX = 10_000

export type LinkMail = {
  readonly id: string
  readonly to: string
  readonly language: string
  readonly orderId: string
  readonly number: number
  readonly guest: boolean
}
/** Resolves when it was accepted. */
export type SendLink = (mail: LinkMail) => Promise<void>

export type OrderLinks = {
  /** Fails with `too_many_attempts` or `mail_unavailable`. What comes of it is not said. */
  ask(client: string, number: number, email: string): void
  /** Resolves when all that was asked for is done: for tests. */
  idle(): Promise<void>
}

export function createOrderLinks(
  { orders, now, report }: Pick<Ports, 'orders' | 'now' | 'report'>,
  send: SendLink | undefined,
): OrderLinks {
  const asked = new Map<string, readonly number[]>()
  const underWay = new Set<Promise<void>>()

  const count = (client: string) => {
    const at = now().getTime()
    const recent = (asked.get(client) ?? []).filter((time) => time > at - CLIENT_MS)
    const isFull = recent.length >= CLIENT_MAX || underWay.size >= AT_ONCE_MAX
    if (isFull) {
      const retryAfterMs = recent.length < CLIENT_MAX ? 1_000 : recent[0]! + CLIENT_MS - at
      throw new DomainError('too_many_attempts', 'Ask again later.', { retryAfterMs })
    }
    asked.delete(client)
    asked.set(client, [...recent, at])
    if (asked.size > CLIENTS_MAX) asked.delete(asked.keys().next().value!)
  }

  const look = async (send: SendLink, number: number, email: string) => {
    const order = (await orders.findByNumber(number))?.order
    if (order?.checkout === undefined || order.erasedAt !== undefined) return
    if (normalEmail(order.checkout.email) !== normalEmail(email)) return
    const window = Math.floor(now().getTime() / WINDOW_MS)
    await send({
      id: `order_link:${order.id}:${window}`,
      to: order.checkout.email,
      language: order.checkout.language,
      ...{ orderId: order.id, number },
      guest: isGuestOrder(order),
    })
  }

  return {
    ask(client, number, email) {
      if (send === undefined)
        throw new DomainError('mail_unavailable', 'This shop sends no e-mail. Ask its operator.')
      count(client)
      const looking = look(send, number, email)
        .catch((error: unknown) => report(error, `#${number}`))
        .finally(() => underWay.delete(looking))
      underWay.add(looking)
    },
    async idle() {
      await Promise.all(underWay)
    },
  }
}
