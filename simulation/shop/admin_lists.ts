/** What only admins list, beside orders: audit logs, accounts, and ledgers of products. */
import { dataOf } from '@shop/client/shop_client'
import type { Entry } from './changes.ts'
import type { Actor, Scene } from './clients.ts'
import { checkList, type GetPage, readList, SMALL_SIZES } from './lists.ts'

const LOGS = ['accounts', 'products', 'orders'] as const

/** All of one service, or by a filter. */
export async function readAuditLog(scene: Scene, actor: Actor) {
  const { books, history } = scene
  const { chances, client, account } = actor
  const log = chances.one(LOGS)
  const before = books.changes().entries[log]
  const one = before.length > 0 ? chances.one(before) : undefined
  const [filter, fits] = chances.one<readonly [object, (entry: Entry) => boolean]>([
    [{}, () => true],
    [{ by: account.id }, ({ by }) => by === account.id],
    ...(one === undefined
      ? []
      : [
          [{ subject: one.subjectId }, ({ subjectId }: Entry) => subjectId === one.subjectId] as const,
          [{ action: one.action }, ({ action }: Entry) => action === one.action] as const,
        ]),
  ])
  const get: GetPage = (query) => {
    const params = { params: { query: { ...query, ...filter } as never } }
    if (log === 'accounts') return dataOf(client.auth.GET('/audit/accounts', params))
    if (log === 'products') return dataOf(client.products.GET('/audit/products', params))
    return dataOf(client.orders.GET('/audit/orders', params))
  }
  type Shown = Pick<Entry, 'id' | 'by' | 'action'> & { readonly subject: { readonly id: string } }
  const what = `the changes of ${log}`
  const shown = await readList<Shown>(scene, actor, what, chances.one(SMALL_SIZES), get, ({ id }) => id)
  if (!shown) return
  const stored = new Map(books.changes().entries[log].map((entry) => [entry.id, entry]))
  for (const { id, by, action, subject } of shown) {
    const entry = stored.get(id)
    const isSame = entry?.by === by && entry.action === action && entry.subjectId === subject.id
    if (!isSame || !fits(entry)) history.broken(`10: ${what} showed ${action} of ${subject.id} by ${by}`)
  }
  const ids = { listed: shown.map(({ id }) => id), expected: before.filter(fits).map(({ id }) => id) }
  checkList(scene, { what, ...ids, newestFirst: true })
  if (shown.length > 0) history.sometimes(`an admin read the changes of ${log}`)
}

export async function listAccounts(scene: Scene, actor: Actor) {
  const expected = scene.books.changes().accounts.map(({ id }) => id)
  const users = await readList<{ readonly id: string }>(
    scene,
    actor,
    'the accounts',
    actor.chances.one(SMALL_SIZES),
    (query) => dataOf(actor.client.auth.GET('/users', { params: { query } })),
    ({ id }) => id,
  )
  if (!users) return
  checkList(scene, { what: 'the accounts', listed: users.map(({ id }) => id), expected, newestFirst: true })
  scene.history.sometimes('an admin listed the accounts')
}

/** The ledger of a product. */
export async function listMovements(scene: Scene, actor: Actor) {
  const id = actor.chances.one(scene.productIds)
  const movementsOf = () => scene.books.changes().movements.filter(({ productId }) => productId === id)
  const before = movementsOf()
  type Shown = { readonly version: number; readonly delta: number; readonly stock_after: number }
  const what = `the movements of product ${id}`
  const shown = await readList<Shown>(
    scene,
    actor,
    what,
    actor.chances.one(SMALL_SIZES),
    (query) =>
      dataOf(
        actor.client.products.GET('/products/{id}/stock_movements', { params: { path: { id }, query } }),
      ),
    ({ version }) => version,
  )
  if (!shown) return
  const stored = new Map(movementsOf().map((each) => [each.version, each]))
  for (const { version, delta, stock_after } of shown) {
    const movement = stored.get(version)
    if (movement?.delta !== delta || movement.stockAfter !== stock_after)
      scene.history.broken(`2: ${what} showed ${delta} at version ${version}, which the store has not`)
  }
  const versions = {
    listed: shown.map(({ version }) => version),
    expected: before.map(({ version }) => version),
  }
  checkList(scene, { what, ...versions, newestFirst: true })
  scene.history.sometimes('an admin read the ledger of a product')
}
