/**
 * Walks through the whole catalogue, page by page, for what is made of all of it. One request at a time, so visitors do not
 * wait for it; a page that fails is asked for again, ATTEMPTS_MAX times. Nothing but public answers is read.
 */
import { text } from 'node:stream/consumers'
import { retry } from '@shop/retry/retry'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Group, Product } from '../../web/src/api/types.ts'
import type { Upstream } from '../clients/upstream.ts'
import { GatewayError } from '../errors.ts'

export const WALK_PAGE_SIZE = 100
export const ATTEMPTS_MAX = 3
export const CALL_MS = 10_000
const BACKOFF = { firstMs: 500, maxMs: 2_000 }
/** Groups of which variants were met, kept while walking. */
export const GROUPS_KEPT_MAX = 1_000

export type AllProducts = {
  /** Everything on sale, newest first; a variant with its group. What is removed meanwhile may be missing. */
  walk(signal: AbortSignal): AsyncGenerator<{ readonly product: Product; readonly group: Group | undefined }>
  /** Undefined for what is not there. */
  read(path: string, signal: AbortSignal): Promise<unknown>
}

export function createAllProducts(
  service: Pick<Upstream, 'call'>,
  runtime: Pick<Runtime, 'deadline' | 'sleep' | 'random'>,
): AllProducts {
  const once = async (path: string, signal: AbortSignal): Promise<unknown> => {
    const call = {
      method: 'GET',
      path,
      headers: {},
      signal: AbortSignal.any([signal, runtime.deadline(CALL_MS)]),
    } as const
    const answer = await service.call(call, { callClass: 'reads', address: 'gateway' })
    const content = await text(answer.body)
    if (answer.status === 404) return undefined
    if (answer.status === 200) return JSON.parse(content)
    throw new GatewayError('upstream_unavailable', `products answered ${answer.status} for ${path}.`)
  }

  const read = (path: string, signal: AbortSignal): Promise<unknown> =>
    retry(() => once(path, signal), {
      ...BACKOFF,
      attempts: ATTEMPTS_MAX,
      signal,
      random: runtime.random,
      sleep: (ms, aborted) => runtime.sleep(ms, aborted, { background: true }),
      repeatAfter: () => 0,
    })

  return {
    read,
    async *walk(signal) {
      const groups = new Map<string, Group | undefined>()
      const groupOf = async (id: string) => {
        if (!groups.has(id)) groups.set(id, (await read(`/groups/${id}`, signal)) as Group | undefined)
        const [oldest] = groups.keys()
        if (groups.size > GROUPS_KEPT_MAX && oldest !== id) groups.delete(oldest!)
        return groups.get(id)
      }
      let cursor: string | null = null
      do {
        const query = new URLSearchParams({ sort: 'newest', limit: String(WALK_PAGE_SIZE) })
        if (cursor !== null) query.set('cursor', cursor)
        const page = (await read(`/products?${query}`, signal)) as
          | { items: Product[]; next_cursor: string | null }
          | undefined
        for (const product of page?.items ?? []) {
          const group = product.group_id === null ? undefined : await groupOf(product.group_id)
          // A group that was removed just now has no address.
          if (product.group_id === null || group) yield { product, group }
        }
        cursor = page?.next_cursor ?? null
      } while (cursor !== null)
    },
  }
}
