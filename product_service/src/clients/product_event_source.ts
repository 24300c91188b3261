/**
 * The events of products, by kind: what is shown of a product (`product.changed`, or `product.removed` while it is not on sale) and its
 * stock (`stock.changed`). Each has what the latest number stands for; numbers before may be left out. Texts, pictures and attributes
 * are not in it, because they may be long: a receiver reads them by the id. Of a product that is not on sale, an event has the id
 * and the number, and that nothing of it can be bought.
 */
import type { EventSource, OutgoingEvent } from '@shop/service_kit/events/source'
import { formatMoney } from '@shop/service_kit/money/money'
import type { Categories } from '../domain/category_ports.ts'
import type { Lease } from '../domain/lease.ts'
import type { Product } from '../domain/product.ts'
import type { EventKind, UnpublishedProducts } from '../domain/unpublished.ts'

export type ShownAs = {
  readonly currency: string
  /** Digits after the point of amounts. */
  readonly digits: () => number
  /** Products keep the ids of categories that were removed. */
  readonly categories: Pick<Categories, 'has' | 'renew'>
}

export type ProductEventSourceOptions = ShownAs & {
  readonly kind: EventKind
  readonly unpublished: UnpublishedProducts
  readonly lease: Lease
}

export function createProductEventSource({
  kind,
  unpublished,
  lease,
  ...shownAs
}: ProductEventSourceOptions): EventSource {
  const aggregateOf = (id: string) => `${kind}:${id}`
  const idOf = (aggregate: string) => aggregate.slice(kind.length + 1)
  return {
    kind,
    async unpublished(now, limit) {
      const found = await unpublished.list(now, limit)
      if (found.length > 0) await shownAs.categories.renew?.()
      return found.map(({ id, number, published, updatedAt, product }) => ({
        aggregate: aggregateOf(id),
        last: number,
        published,
        changedAt: updatedAt,
        eventsFrom: (sequence, most) =>
          sequence > number || most < 1 ? [] : [EVENT_OF[kind](product(), shownAs)],
      }))
    },
    markPublished: (things) =>
      unpublished.markPublished(things.map(({ aggregate, last }) => ({ id: idOf(aggregate), number: last }))),
    postpone: (aggregates, until) => unpublished.postpone(aggregates.map(idOf), until),
    backlog: unpublished.backlog,
    sweep: unpublished.sweep,
    lease,
  }
}

/** What both have. `coalesced`: the latest counts. */
const eventOf = (kind: EventKind, { id, updatedAt }: Product, sequence: number) => ({
  aggregate: `${kind}:${id}`,
  sequence,
  time: updatedAt,
  coalesced: true as const,
})

export function productEvent(product: Product, { currency, digits, categories }: ShownAs): OutgoingEvent {
  // Not the version, which also counts sales: the event is the same whenever it is made.
  const { id, editVersion: version, deletedAt, details } = product
  const event = eventOf('product', product, version)
  if (deletedAt !== null) return { ...event, type: 'product.removed', data: { product_id: id, version } }
  const amount = (minor: number | null) => (minor === null ? null : formatMoney(minor, digits()))
  return {
    ...event,
    type: 'product.changed',
    data: {
      product_id: id,
      version,
      name: product.name,
      price: amount(product.priceMinor),
      currency,
      compare_at_price: amount(details.compareAtMinor),
      sku: details.sku,
      gtin: details.gtin,
      slug: details.slug,
      weight_grams: details.weightGrams,
      tax_class: details.taxClass,
      group_id: details.groupId,
      option_values: details.optionValues,
      categories: details.categories.filter(categories.has),
    },
  }
}

export function stockEvent(product: Product): OutgoingEvent {
  const { id, version, deletedAt, stock, reserved } = product
  const isOnSale = deletedAt === null
  return {
    ...eventOf('stock', product, version),
    type: 'stock.changed',
    data: {
      ...{ product_id: id, version },
      // What can be bought now; `reserved` units are promised to orders that have not shipped, and still here.
      available: isOnSale ? stock : 0,
      ...(isOnSale ? { reserved } : {}),
    },
  }
}

const EVENT_OF = { product: productEvent, stock: stockEvent } as const
