/** Someone of the shop who changes products and their stock, with the version that they saw or without. */
import type { Product, ProductFields, SeenVersions } from '../../product_service/src/domain/product.ts'
import { Violation } from '../core/history.ts'
import { type Client, type Reply, unexpected } from './client.ts'
import type { Shop } from './shop.ts'

const BETWEEN_STEPS_MS = 2_500
const THINKS_MS = 3_000
const PRICES = [100, 200, 250, 500, 999]

export async function runCatalogue(shop: Shop, client: Client): Promise<void> {
  const { history, answers, products, stockOracle } = shop
  const { time } = history.world
  const { chances, name } = client
  const reader = { name, isAdmin: true }
  /** The versions of each product that this page showed. */
  const shown = new Map<string, number[]>()
  const adjusted = new Map<string, { version: number; delta: number }>()

  const read = async (id: string): Promise<Product | undefined> => {
    const began = time()
    const reply = await client.ask(products, `read ${id}`, (replica) => replica.read(id))
    if (reply.is === 'refused') throw unexpected(client, reply)
    if (reply.is === 'unknown' || reply.value === undefined) return undefined
    answers.product(reader, reply.value, began)
    shown.set(id, [...(shown.get(id) ?? []), reply.value.version])
    return reply.value
  }

  const checkRefusal = (
    reply: Extract<Reply<unknown>, { is: 'refused' }>,
    seen: SeenVersions,
    setsStock: boolean,
  ) => {
    const { code, payload } = reply.refusal
    if (code === 'product_not_found') return history.sometimes('a change came after the product was removed')
    if (code !== 'version_conflict' || seen === undefined) throw unexpected(client, reply)
    const { current } = payload as { current: Product }
    const lastEdit = setsStock ? current.version : stockOracle.lastEdit(current.id, current.version)
    if (seen.some((version) => version >= lastEdit && version <= current.version))
      throw new Violation(`7. ${name} had seen ${current.id} at ${seen}, and was refused`)
    history.sometimes(
      setsStock && seen.some((version) => version >= current.editVersion)
        ? 'a stock was not set because of a sale'
        : 'an edit was refused because of another edit',
    )
  }

  const edit = async (id: string, fields: Partial<ProductFields>, seen: SeenVersions) => {
    const began = time()
    const reply = await client.ask(products, `edit ${id}`, (replica) => replica.edit(id, fields, seen, name))
    if (reply.is === 'answered') {
      answers.product(reader, reply.value, began)
      for (const [field, value] of Object.entries(fields))
        if (reply.value[field as keyof ProductFields] !== value)
          throw new Violation(`7. ${name} was answered that ${field} of ${id} is ${value}, and it is not`)
    } else if (reply.is === 'refused') checkRefusal(reply, seen, fields.stock !== undefined)
  }

  const remove = async (id: string, seen: SeenVersions) => {
    const reply = await client.ask(products, `remove ${id}`, (replica) => replica.remove(id, seen, name))
    if (reply.is === 'refused') checkRefusal(reply, seen, false)
  }

  const adjust = async (id: string, step: number) => {
    const [delta, other] = [chances.whole(-3, 5) || 1, chances.whole(-3, 5) || 2]
    const key = `adjustment ${step}`
    const again = chances.happens(0.4)
    const attempt = async (by: number) => {
      const fingerprint = `${id} ${by}`
      const reply = await client.ask(products, `adjust ${id} by ${by}`, (replica) =>
        replica.adjust(
          { productId: id, delta: by, note: `${name}, ${key}`, attempt: { key, fingerprint } },
          name,
        ),
      )
      if (reply.is === 'answered') {
        const { movement, replayed } = reply.value
        const { version } = movement
        const first = adjusted.get(key)
        if (stockOracle.movement(id, version)?.delta !== movement.delta || movement.delta !== by)
          throw new Violation(`4. ${name} adjusted ${id} by ${by} and was answered ${movement.delta}`)
        if (first && first.version !== version)
          throw new Violation(`4. ${key} of ${name} moved ${id} at ${first.version} and at ${version}`)
        if (replayed) history.sometimes('a repeated adjustment got the same movement')
        adjusted.set(key, { version, delta: by })
      } else if (reply.is === 'refused') {
        const { code } = reply.refusal
        if (code === 'idempotency_key_reused' && by !== delta)
          history.sometimes('a key of an adjustment was used again')
        else if (code === 'insufficient_stock') history.sometimes('an adjustment was refused: too few units')
        else if (code !== 'product_not_found') throw unexpected(client, reply)
      }
      return reply.is
    }
    for (let times = 1; times <= 3; times++) {
      const outcome = await attempt(delta)
      if (outcome !== 'unknown' && !again) return
      await client.pause(BETWEEN_STEPS_MS)
    }
    if (other !== delta && adjusted.has(key)) await attempt(other)
  }

  await client.steps(3, 6, async (step) => {
    await client.pause(BETWEEN_STEPS_MS)
    const all = [...shop.stock.products.keys()]
    const other = chances.one(all)
    const id = client.does('all want one product') ? all[0]! : other
    if (client.does('a merchant adjusts the stock')) return adjust(id, step)
    const product = await read(id)
    if (product === undefined) return
    await client.pause(THINKS_MS)
    const [names, isOld] = [
      client.does('a merchant names the version'),
      client.does('a merchant has an old page'),
    ]
    const seen = names ? [shown.get(id)!.at(isOld ? 0 : -1)!] : undefined
    const priceMinor = chances.one(PRICES)
    const stock = chances.whole(0, 9)
    if (client.does('a merchant removes a product')) return remove(id, seen)
    if (client.does('a merchant sets the stock')) return edit(id, { stock }, seen)
    return edit(id, { priceMinor }, seen)
  })
}
