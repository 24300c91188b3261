/** What people do with money: buyers on the page of the provider, and staff who give back a part. */
import { isFinal, type Order } from '../../../order_service/src/domain/order.ts'
import { Violation } from '../../core/history.ts'
import { type Client, unexpected } from '../client.ts'
import type { Shop } from '../shop.ts'

const LOOKS_MAX = 6
const LOOKS_AGAIN_MS = 2_500
const NEVER_PAYS = 0.15
const READS_MS = 3_000

/** Waits for the page, and pays on it: at once or after a while, at the first attempt or at a later one. */
export async function pay(
  { paid, orderOf, history: { world, faults } }: Shop,
  client: Client,
  { id }: Order,
): Promise<void> {
  if (!paid || orderOf(id).checkout?.payment?.method !== 'card') return
  const buyer = world.chances(`what ${client.name} does on a page`)
  if (buyer.happens(NEVER_PAYS)) return
  for (let look = 1; look <= LOOKS_MAX && !isFinal(orderOf(id).status); look++) {
    await client.pause(LOOKS_AGAIN_MS)
    if (client.does('a buyer leaves the page')) return
    const reply = await client.ask([paid.providerHost], `pay ${id}`, (provider) => provider.pay(id))
    if (reply.is === 'refused') throw unexpected(client, reply)
    if (reply.is === 'answered' && reply.value === 'paid') return
    if (faults.hasEnded()) return
  }
}

/** Twice under one key, if the first answer was lost: that is one refund. */
export async function refund(
  { paid, history }: Shop,
  client: Client,
  { id, checkout }: Order,
): Promise<void> {
  if (!paid) return
  const { chances, name } = client
  const key = `${name} ${chances.whole(1, 1_000_000)}`
  const total = checkout!.totalMinor
  const amount = chances.happens(0.3) ? undefined : chances.whole(1, Math.max(1, total))
  let first: string | undefined
  for (let attempt = 1; attempt <= 3; attempt++) {
    await client.pause(READS_MS)
    const reply = await client.ask(paid.payments, `refund ${amount ?? 'all'} of ${id}`, (replica) =>
      replica.refund(id, key, amount, name),
    )
    if (reply.is === 'refused') {
      if (!REFUSALS.includes(reply.refusal.code)) throw unexpected(client, reply)
      return
    }
    if (reply.is === 'unknown') continue
    const { refund, replayed } = reply.value
    if (first !== undefined && refund.id !== first)
      throw new Violation(
        `M7. ${name} asked once for a refund of ${id}, and there are ${first} and ${refund.id}`,
      )
    first = refund.id
    if (replayed) history.sometimes('a repeated refund was the same one')
    if (amount !== undefined && amount < total) history.sometimes('staff refunded a part')
    if (chances.happens(0.6)) return
  }
}

const REFUSALS = ['payment_not_found', 'not_captured', 'refund_exceeds_captured', 'too_many_refunds']
