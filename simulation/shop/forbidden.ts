/** What a buyer may not do: every attempt is refused, whatever else happens (invariant 10). */
import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import type { Actor, Scene } from './clients.ts'

type Target = {
  readonly ofAnother: string
  readonly owner: string
  readonly own: string | undefined
  readonly product: string
}
type Attempt = readonly [
  what: string,
  work: (client: Actor['client'], target: Target) => Promise<unknown> | undefined,
]

const order = (id: string) => ({ params: { path: { id } } })

const ATTEMPTS: readonly Attempt[] = [
  [
    'cancels the order of another',
    ({ orders }, { ofAnother }) =>
      orders.PUT('/orders/{id}', { ...order(ofAnother), body: { status: 'cancelled' } }),
  ],
  [
    'ships an order',
    ({ orders }, { own }) =>
      own === undefined
        ? undefined
        : orders.PUT('/orders/{id}', { ...order(own), body: { status: 'shipped' } }),
  ],
  [
    'follows the order of another',
    ({ orders }, { ofAnother }) =>
      orders.GET('/orders/{id}/events', { ...order(ofAnother), parseAs: 'stream' }),
  ],
  [
    'lists the orders of another',
    ({ orders }, { owner }) =>
      dataOf(orders.GET('/orders/user/{user_id}', { params: { path: { user_id: owner } } })),
  ],
  ['lists all orders', ({ orders }) => dataOf(orders.GET('/orders', { params: { query: {} } }))],
  [
    'changes a price',
    ({ products }, { product }) =>
      products.PATCH('/products/{id}', { ...order(product), body: { price: '0.01' } }),
  ],
  [
    'changes a stock',
    ({ products }, { product }) =>
      products.POST('/products/{id}/stock_adjustments', {
        ...order(product),
        body: { delta: 5, reason: 'mine' },
      }),
  ],
  ['removes a product', ({ products }, { product }) => products.DELETE('/products/{id}', order(product))],
  [
    'makes an admin',
    ({ auth }, { owner }) => auth.PUT('/users/{id}/role', { ...order(owner), body: { role: 'admin' } }),
  ],
  ['reads the audit log', ({ orders }) => dataOf(orders.GET('/audit/orders', { params: { query: {} } }))],
]
const REFUSED: readonly string[] = ['forbidden', 'order_not_found']

export async function tryWhatIsForbidden(scene: Scene, actor: Actor): Promise<void> {
  const { history, placed, productIds } = scene
  const others = placed.filter(({ userId }) => userId !== actor.account.id)
  if (others.length === 0) return
  const { orderId, userId } = actor.chances.one(others)
  // One that an admin might ship now.
  const own = scene.books
    .orders()
    .find((each) => each.userId === actor.account.id && each.status === 'confirmed')?.id
  const target = { ofAnother: orderId, owner: userId, own, product: productIds[0]! }
  const ships = ATTEMPTS.find(([what]) => what === 'ships an order')!
  const [what, work] = own !== undefined && actor.chances.happens(0.3) ? ships : actor.chances.one(ATTEMPTS)
  const answer = await actor.attempt(`${what}, which is forbidden`, async () => work(actor.client, target))
  if (answer === undefined) return
  if (!(answer instanceof ShopProblem)) history.broken(`10: ${actor.name}, a buyer, ${what}`)
  else if (REFUSED.includes(answer.code)) history.sometimes('a buyer was refused what others may do')
}
