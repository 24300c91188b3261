/** What an admin does to products. */
import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import { type Actor, type Product, readProduct, type Scene } from './clients.ts'

/** Over the version that was seen. */
const patchProduct = ({ client }: Actor, { id, version }: Product, change: object) =>
  dataOf(
    client.products.PATCH('/products/{id}', {
      params: { path: { id } },
      body: { ...change, version } as never,
    }),
  )

/** Reads a product, waits a while, and changes it over the version that it read. */
async function editSeen(scene: Scene, actor: Actor, change: (actor: Actor) => object, what: string) {
  const { chances } = actor
  const id = chances.happens(0.5) ? scene.productIds[0]! : chances.one(scene.productIds)
  const product = await actor.attempt('reads a product', () => readProduct(scene, actor, id))
  if (product instanceof ShopProblem) return
  await scene.history.world.sleep(actor.chances.between(0, 1_000))
  const before = scene.books.productVersion(id)
  const answer = await actor.attempt(`${what} of ${id} over version ${product.version}`, () =>
    patchProduct(actor, product, change(actor)),
  )
  const { sometimes } = scene.history
  if (!(answer instanceof ShopProblem)) {
    if (before > product.version && what === 'a stock')
      return scene.history.broken(
        `7: stock of ${id} was set over version ${product.version}, it had ${before}`,
      )
    if (before > product.version) sometimes(`${what} was applied after a sale`)
  } else if (answer.code === 'version_conflict') sometimes(`${what} was refused because of its version`)
}

export async function changePrice(scene: Scene, actor: Actor) {
  await editSeen(
    scene,
    actor,
    ({ chances }) => ({ price: (chances.whole(100, 2_000) / 100).toFixed(2) }),
    'a price',
  )
}

/** Of two over one version, one at most is applied. */
export async function changePriceTwiceAtOnce(scene: Scene, actor: Actor) {
  const id = actor.chances.one(scene.productIds)
  const product = await actor.attempt('reads a product', () => readProduct(scene, actor, id))
  if (product instanceof ShopProblem) return
  // Other prices than that of now: an edit that changes nothing is no change.
  const change = (more: number) => {
    const price = (Number(product.price) + more).toFixed(2)
    return actor.attempt(`a price of ${id} over version ${product.version}, ${price}`, () =>
      patchProduct(actor, product, { price }),
    )
  }
  const answers = await Promise.all([change(0.01), change(0.02)])
  const { broken, sometimes } = scene.history
  const isConflict = (answer: unknown) => answer instanceof ShopProblem && answer.code === 'version_conflict'
  if (answers.some(isConflict)) sometimes('a price was refused because of its version')
  const applied = answers.filter((answer) => !(answer instanceof ShopProblem))
  if (applied.length > 1) broken(`7: two prices of ${id} were applied over version ${product.version}`)
  if (applied.length === 1) sometimes('of two prices over one version, one was applied')
}

export async function setStock(scene: Scene, actor: Actor) {
  await editSeen(scene, actor, ({ chances }) => ({ stock: chances.whole(0, 12) }), 'a stock')
}

/** `reason` differs from that of every other adjustment, so that one that is made twice is noticed (changes.ts). */
const postAdjustment = (
  { attempt, client }: Actor,
  id: string,
  delta: number,
  reason: string,
  header: object,
) =>
  attempt(`adjusts ${id} by ${delta} under ${reason}`, () =>
    dataOf(
      client.products.POST('/products/{id}/stock_adjustments', {
        params: { path: { id }, header },
        body: { delta, reason } as never,
      }),
    ),
  )

/** Nothing repeats such a request, so it is applied once at most. */
export async function adjustWithoutKey(scene: Scene, actor: Actor) {
  const { chances } = actor
  const reason = `count-${chances.whole(0, 2 ** 40)}`
  const answer = await postAdjustment(actor, chances.one(scene.productIds), chances.one([-1, 2]), reason, {})
  if (!(answer instanceof ShopProblem)) scene.history.sometimes('a stock was adjusted without a key')
}

/** Sometimes twice at once, under one key: applied once. */
export async function adjustStock(scene: Scene, actor: Actor) {
  const { chances } = actor
  const id = chances.one(scene.productIds)
  const key = `adjustment-${chances.whole(0, 2 ** 40)}`
  const delta = chances.one([-2, 3, 5])
  const adjust = (by = delta) => postAdjustment(actor, id, by, key, { 'idempotency-key': key })
  const answers = await Promise.all(chances.happens(0.4) ? [adjust(), adjust()] : [adjust()])
  const movements = answers.filter((answer) => !(answer instanceof ShopProblem)) as { version: number }[]
  if (new Set(movements.map(({ version }) => version)).size > 1)
    scene.history.broken(`4: one key adjusted product ${id} twice`)
  if (movements.length === 2) scene.history.sometimes('two requests at once made one adjustment')
  if (movements.length === 0 || chances.happens(0.5)) return
  const other = await adjust(delta + 1)
  if (!(other instanceof ShopProblem))
    scene.history.broken(`4: another adjustment under ${key} was not refused`)
  else if (other.code === 'idempotency_key_reused')
    scene.history.sometimes('a key was used for another adjustment')
}

/** The last product of a history, sometimes. */
export async function removeProduct(scene: Scene, actor: Actor) {
  if (!actor.chances.happens(0.4)) return
  const id = scene.productIds.at(-1)!
  await actor.attempt(`removes ${id}`, () =>
    dataOf(actor.client.products.DELETE('/products/{id}', { params: { path: { id } } })),
  )
}
