/** Someone of the shop who ships, delivers and cancels the orders of others. */
import type { Order, RequestableStatus } from '../../order_service/src/domain/order.ts'
import { Violation } from '../core/history.ts'
import { unexpected } from './buyer.ts'
import type { Client } from './client.ts'
import type { Shop } from './shop.ts'

const BETWEEN_STEPS_MS = 2_500

export async function workInShop({ history, answers, orders }: Shop, client: Client): Promise<void> {
  const { time } = history.world
  const { chances, name } = client
  const reader = { name, isAdmin: true }
  const actor = { userId: name, admin: true }
  const seen = new Map<string, number>()

  const show = (order: Order, began: number) => {
    answers.order(reader, order, began)
    seen.set(order.id, order.version)
  }

  const change = async (id: string, to: RequestableStatus) => {
    const began = time()
    const version = seen.get(id)
    const expectedVersions = version !== undefined && chances.happens(0.5) ? [version] : undefined
    const reply = await client.ask(orders, `make ${id} ${to}`, (replica) =>
      replica.change({ orderId: id, to, actor, expectedVersions }),
    )
    if (reply.is === 'answered') show(reply.value, began)
    if (reply.is !== 'refused') return
    const { code, payload } = reply.refusal
    const { current } = payload as { current?: Order }
    if (current) show(current, began)
    if (code === 'version_conflict' && current && expectedVersions) {
      if (expectedVersions.includes(current.version))
        throw new Violation(
          `7. ${name} named version ${current.version} of ${id}, which it is at, and was refused`,
        )
      history.sometimes('a change of an order was refused because of its version')
    } else if (code === 'illegal_transition') {
      if (to === 'shipped' && current?.status === 'cancelling')
        history.sometimes('a shipment lost against a cancellation')
    } else if (code !== 'version_conflict') throw unexpected(client, reply)
  }

  await client.steps(2, 5, async () => {
    await client.pause(BETWEEN_STEPS_MS)
    const known = answers.known()
    if (known.length === 0) return
    // Most often the newest, of which a buyer may be thinking, too.
    const id = chances.happens(0.6) ? known.at(-1)! : chances.one(known)
    if (client.does('staff cancels')) return change(id, 'cancelled')
    if (!client.does('staff ships')) return
    await change(id, 'shipped')
    if (chances.happens(0.5)) await change(id, 'delivered')
  })
}
