/** All operations of a product store at the same time, for runs in which an engine call fails (invariants 1, 2 and 6). */
import assert from 'node:assert/strict'
import type { FaultRun, Step } from '@shop/service_kit/test_support/fault_runs'
import type { Stores } from '../src/domain/ports.ts'
import { AT, add, nextId, order, STAMP } from './worlds.ts'

const REFUSAL = 'insufficient_stock'
/** More products, and more orders, than one run makes; ids grow, so those of a run follow one another. */
const OF_A_RUN = 20

/** With a refusal among them, writes that share a commit run apart. */
export async function productRun(stores: Stores, refusal: boolean): Promise<FaultRun> {
  const { catalogue, stock, audit } = stores
  const start = nextId()
  const [tea, cup, pot] = [await add(stores), await add(stores, { name: 'Cup' }), await add(stores)]
  const [held, sent, wanted] = [order({ [tea.id]: 1 }), order({ [tea.id]: 1 }), order({ [tea.id]: 2 })]
  await stock.reserve([held, sent], AT)

  const isHeld = async ({ orderId }: { orderId: string }) => {
    const { reservations } = await audit.heldReservations(start, OF_A_RUN)
    return reservations.some((each) => each.orderId === orderId)
  }
  const counted = async (note: string) => {
    const page = await stock.movements(tea.id, { after: undefined, limit: 100 })
    return page!.items.some((movement) => movement.note === note)
  }
  const adjust = (note: string, delta: number) => () =>
    stock.adjust({ productId: tea.id, delta, note, attempt: undefined }, STAMP)
  const newId = nextId()
  const fields = { name: 'Spoon', description: 'of silver', priceMinor: 100, stock: 3 }
  const list = (words: string[]) => () =>
    catalogue.list({ sort: 'newest', words, inStock: false, after: undefined, limit: 5 })

  const steps: Step[] = [
    {
      name: 'create',
      run: () => catalogue.create({ id: newId, fields }, STAMP),
      applied: async () => (await catalogue.find(newId)) !== undefined,
    },
    {
      name: 'edit',
      run: () => catalogue.edit(cup.id, { name: 'Mug', description: 'holds more' }, undefined, STAMP),
      applied: async () => (await catalogue.find(cup.id))?.name === 'Mug',
    },
    { name: 'adjust', run: adjust('counted', 5), applied: () => counted('counted') },
    ...(refusal
      ? [
          {
            name: 'refused',
            run: adjust('too much', -1_000),
            applied: () => counted('too much'),
            refusal: REFUSAL,
          },
        ]
      : []),
    { name: 'reserve', run: () => stock.reserve([wanted], AT), applied: () => isHeld(wanted) },
    {
      name: 'release',
      run: () => stock.release([held.orderId], AT),
      applied: async () => !(await isHeld(held)),
    },
    { name: 'ship', run: () => stock.ship([sent.orderId], AT), applied: async () => !(await isHeld(sent)) },
    {
      name: 'remove',
      run: () => catalogue.remove(pot.id, undefined, STAMP),
      applied: async () => (await catalogue.find(pot.id)) === undefined,
    },
    { name: 'find', run: () => catalogue.find(tea.id) },
    { name: 'list', run: list([]) },
    { name: 'search', run: list(['cu']) },
    { name: 'ledger', run: () => stock.movements(tea.id, { after: undefined, limit: 5 }) },
    { name: 'audit', run: () => audit.ledgerMismatches(undefined, 5) },
    { name: 'check', run: () => stores.check() },
  ]
  return {
    steps,
    async verify() {
      await stores.check()
      const after = await add(stores, { name: 'Afterwards' })
      assert.ok(await catalogue.find(after.id))
      const { mismatches } = await audit.ledgerMismatches(start, OF_A_RUN)
      assert.deepEqual(mismatches, [])
    },
  }
}
