/**
 * Lists, page by page, while others change what they list.
 *
 * A list has everything that was there when its first page was asked for, nothing twice, and in its order. What was added or
 * changed since may be in it or not.
 */
import { ShopProblem } from '@shop/client/problem'
import type { Actor, Scene } from './clients.ts'

export const PAGE_SIZES = [1, 1, 2, 24]
/** A filter can list a few of many: larger pages. */
export const SMALL_SIZES = [2, 5, 24]

type Query = { readonly limit: number; readonly cursor?: string }
type Page<Item> = { readonly items: readonly Item[]; readonly next_cursor: string | null } | undefined
export type GetPage = (query: Query) => Promise<unknown>

/** All items of a list, or undefined if a page was not answered. `idOf` distinguishes them. */
export async function readList<Item>(
  { history }: Scene,
  actor: Actor,
  what: string,
  limit: number,
  get: GetPage,
  idOf: (item: Item) => string | number,
): Promise<readonly Item[] | undefined> {
  const listed = new Map<string | number, Item>()
  for (let cursor: string | null | undefined, page = 1; cursor !== null; page++) {
    const answer = await actor.attempt(`lists ${what}`, () =>
      get(cursor === undefined ? { limit } : { limit, cursor: cursor! }),
    )
    if (answer instanceof ShopProblem) return undefined
    const { items, next_cursor } = answer as NonNullable<Page<Item>>
    if (items.length > limit)
      history.broken(`a page of ${what} has ${items.length} items, more than ${limit}`)
    for (const item of items) {
      if (listed.has(idOf(item))) history.broken(`3: the pages of ${what} showed ${idOf(item)} twice`)
      listed.set(idOf(item), item)
    }
    if (page > 1) history.sometimes('a list had a second page')
    cursor = next_cursor
  }
  return [...listed.values()]
}

type Checked = {
  readonly what: string
  readonly listed: readonly (string | number)[]
  /** Those that must be in it. */
  readonly expected: readonly (string | number)[]
  /** By its id, or its version. */
  readonly newestFirst: boolean
}

export function checkList({ history }: Scene, { what, listed, expected, newestFirst }: Checked) {
  const known = new Set(listed)
  const missing = expected.find((id) => !known.has(id))
  if (missing !== undefined) history.broken(`3: ${what} are without ${missing}`)
  const wrong = newestFirst ? listed.findIndex((id, at) => at > 0 && id > listed[at - 1]!) : -1
  if (wrong >= 0)
    history.broken(`${what} are not newest first: ${listed[wrong]} comes after ${listed[wrong - 1]}`)
}
