/**
 * Gives the products of the sample catalogue their pictures, while the shop is already open.
 *
 * Invariants
 *  1. A product gets pictures only if it is as the sample catalogue has it and has none; a change that was made in
 *     between wins.
 *  2. Stopped anywhere, the next time it finishes: a picture is named by its bytes, which are always the same, and a
 *     product gets all of its pictures in one change. A group gets its own after its variants have theirs.
 */
import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { DemoPicture } from '../demo_pictures/demo_pictures.ts'
import { ask } from './ask.ts'
import type { Shop } from './demo_catalogue.ts'
import { SAMPLES, type Sample } from './demo_samples.ts'

/** The sample catalogue is in English. */
const LANGUAGE = 'en'
const FOUND_MAX = 20

type Shown = {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly description: string
  readonly media: readonly unknown[]
}
type Variant = Shown & { readonly option_values: readonly string[] }
type Listed = { readonly id: string; readonly name: string; readonly group_id: string | null }
/** A product or group without pictures. */
type Bare = Shown & { readonly kind: 'products' | 'groups' }
/** The pictures of these products, those of one product one after another. */
export type Draw = (products: readonly string[]) => AsyncIterable<DemoPicture>

/** `signIn` gives the token of an admin. Resolves to a sentence about the result, or undefined if no product lacks pictures. Never rejects. */
export async function addPictures(
  shop: Shop,
  signIn: () => Promise<string>,
  draw: Draw = drawInThread,
): Promise<string | undefined> {
  let added = 0
  try {
    const bare = await productsWithoutPictures(shop)
    if (bare.length === 0) return undefined
    const token = await signIn()
    for await (const pictures of byProduct(draw(bare.map(({ name }) => name)))) {
      const product = bare.find(({ name }) => name === pictures[0]!.product)!
      const media: Item[] = []
      for (const picture of pictures) media.push(await stored(shop, picture, token))
      const show = (kind: Bare['kind'], { id, version }: Shown, shown: readonly Item[]) =>
        ask(`${shop.productUrl}/${kind}/${id}`, { method: 'PATCH', body: { media: shown, version }, token })
      for (const variant of await variantsOf(shop, product)) {
        const isOf = ({ value }: DemoPicture) => value !== undefined && variant.option_values.includes(value)
        const own = media.filter((_, i) => isOf(pictures[i]!))
        if (own.length > 0 && variant.media.length === 0) await show('products', variant, own)
      }
      await show(product.kind, product, media)
      added += 1
    }
    return `The pictures of the sample catalogue were added: ${added} products.`
  } catch (error) {
    return (
      `The pictures of the sample catalogue were added to ${added} products only: ${(error as Error).message} ` +
      '`npm start -- --demo` goes on with them.'
    )
  }
}

async function productsWithoutPictures({ productUrl }: Shop): Promise<Bare[]> {
  const bare: Bare[] = []
  for (const sample of SAMPLES) {
    const query = new URLSearchParams({ q: sample.name, limit: String(FOUND_MAX) })
    const { items } = await ask<{ items: Listed[] }>(`${productUrl}/products?${query}`)
    for (const [kind, id] of candidates(sample, items)) {
      const shown = await ask<Shown>(`${productUrl}/${kind}/${id}`)
      if (shown.name !== sample.name || shown.description !== sample.description || shown.media.length > 0)
        continue
      bare.push({ ...shown, kind })
      break
    }
  }
  return bare
}

function candidates({ name, ...sample }: Sample, items: readonly Listed[]): [Bare['kind'], string][] {
  if (!('options' in sample)) {
    return items.filter((item) => item.name === name).map(({ id }) => ['products', id])
  }
  return [...new Set(items.flatMap(({ group_id }) => group_id ?? []))].map((id) => ['groups', id])
}

const variantsOf = async ({ productUrl }: Shop, { kind, id }: Bare): Promise<readonly Variant[]> =>
  kind === 'products' ? [] : (await ask<{ items: Variant[] }>(`${productUrl}/groups/${id}/variants`)).items

async function* byProduct(pictures: AsyncIterable<DemoPicture>): AsyncGenerator<DemoPicture[]> {
  let same: DemoPicture[] = []
  for await (const picture of pictures) {
    if (same.length > 0 && same[0]!.product !== picture.product) {
      yield same
      same = []
    }
    same.push(picture)
  }
  if (same.length > 0) yield same
}

type Item = { readonly id: string; readonly alt: string; readonly focus: DemoPicture['focus'] }

/** As an item of `media`. A picture that is there already is answered like a new one. */
async function stored(
  { productUrl }: Shop,
  { alt, focus, view, bytes }: DemoPicture,
  token: string,
): Promise<Item> {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), `${view}.jpg`)
  const { id } = await ask<{ id: string }>(`${productUrl}/media`, { body: form, token })
  return { id, alt: alt[LANGUAGE], focus }
}

async function* drawInThread(products: readonly string[]): AsyncGenerator<DemoPicture> {
  const thread = new Worker(new URL('../demo_pictures/picture_thread.ts', import.meta.url), {
    workerData: products,
  })
  try {
    for await (const [picture] of on(thread, 'message', { close: ['exit'] })) yield picture
  } finally {
    await thread.terminate()
  }
}
