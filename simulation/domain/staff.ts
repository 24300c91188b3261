/** Someone of the shop who ships, delivers and cancels the orders of others. */
import type { Order, RequestableStatus } from '../../order_service/src/domain/order.ts'
import { Violation } from '../core/history.ts'
import { type Client, unexpected } from './client.ts'
import { refund } from './payments/paying.ts'
import type { Shop } from './shop.ts'

const BETWEEN_STEPS_MS = 1_500
const THINKS_MS = 1_000
/** From the comparison of two stores to the repair. */
const REPAIRS_MS = 8_000

export async function workInShop(shop: Shop, client: Client): Promise<void> {
  const { history, answers, orders } = shop
  const { time } = history.world
  const { chances, name } = client
  const reader = { name, isAdmin: true }
  const actor = { userId: name, admin: true }
  /** The versions of each order that this page showed. */
  const seen = new Map<string, number[]>()

  const show = (order: Order, began: number) => {
    answers.order(reader, order, began)
    seen.set(order.id, [...(seen.get(order.id) ?? []), order.version])
  }

  const read = async (id: string) => {
    const began = time()
    const reply = await client.ask(orders, `read ${id}`, (replica) => replica.read(actor, id))
    if (reply.is === 'answered') show(reply.value, began)
    else if (reply.is === 'refused') throw unexpected(client, reply)
  }

  const change = async (id: string, to: RequestableStatus) => {
    const began = time()
    const [names, isOld] = [client.does('staff names the version'), client.does('staff has an old page')]
    const version = names ? seen.get(id)?.at(isOld ? 0 : -1) : undefined
    const expectedVersions = version === undefined ? undefined : [version]
    answers.requests(reader, id, to, version)
    const reply = await client.ask(orders, `make ${id} ${to}`, (replica) =>
      replica.change({ orderId: id, to, actor, expectedVersions }),
    )
    if (reply.is === 'answered') {
      show(reply.value, began)
      answers.changed(reader, reply.value, to)
    }
    if (reply.is !== 'refused') return
    const { code, payload } = reply.refusal
    const { current } = payload as { current?: Order }
    if (current) show(current, began)
    if (current && (code === 'version_conflict' || code === 'illegal_transition'))
      answers.changeRefused(reader, current, to, code === 'version_conflict')
    if (code === 'version_conflict' && current && expectedVersions) {
      if (expectedVersions.includes(current.version))
        throw new Violation(
          `7. ${name} named version ${current.version} of ${id}, which it is at, and was refused`,
        )
      history.sometimes('a change of an order was refused because of its version')
    } else if (code === 'illegal_transition') {
      if (to === 'shipped' && current?.status === 'cancelling')
        history.sometimes('a shipment lost against a cancellation')
    } else throw unexpected(client, reply)
  }

  /** As the doctor's repair does, whatever the reservation has become since: it takes nothing twice. */
  const recover = async (id: string) => {
    const order = shop.orderOf(id)
    if (order.status !== 'confirmed' && order.status !== 'shipped') return
    const { lines, totalMinor, status } = order
    await client.pause(REPAIRS_MS)
    const lost = { orderId: id, status: status === 'shipped' ? status : 'held', lines, totalMinor } as const
    const reply = await client.ask(shop.products, `recover ${id}`, (replica) => replica.recover(lost))
    if (reply.is === 'refused') throw unexpected(client, reply)
    if (reply.is === 'answered' && reply.value.status === 'released')
      history.sometimes('a repair came after the release, and took nothing')
  }

  const [least, most] = shop.paid ? [12, 20] : [4, 9]
  await client.steps(least, most, async () => {
    await client.pause(BETWEEN_STEPS_MS)
    const known = answers.known()
    if (known.length === 0) return
    // Most often the newest, of which a buyer may be thinking, too.
    const newest = chances.happens(0.6) ? known.at(-1)! : chances.one(known)
    const all = shop.paid
      ? known.map(shop.orderOf).filter(({ checkout }) => checkout?.payment?.method === 'card')
      : []
    const [shippable, shipped] = ['confirmed', 'shipped'].map((is) =>
      all.filter(({ status }) => status === is),
    )
    if (shipped!.length > 0 && chances.happens(0.4)) return refund(shop, client, chances.one(shipped!))
    const id = shippable!.length > 0 ? chances.one(shippable!).id : newest
    if (client.does('an operator recovers a reservation')) return recover(id)
    if (chances.happens(0.4)) await read(id)
    await client.pause(THINKS_MS)
    if (client.does('staff cancels')) return change(id, 'cancelled')
    if (shippable!.length === 0 && !client.does('staff ships')) return
    await change(id, 'shipped')
    if (chances.happens(0.5)) await change(id, 'delivered')
  })
}
