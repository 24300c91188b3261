/**
 * Keyset pages: a cursor names the last row seen, never an offset, so a page costs the same however
 * deep it is and rows added meanwhile neither repeat nor hide others. There are no total counts.
 */

import { Problem } from '../runtime/problem.ts'
import Type, { type TSchema } from '../runtime/schema_types.ts'

export const PAGE_LIMIT_DEFAULT = 20
export const PAGE_LIMIT_MAX = 100
const CURSOR_LENGTH_MAX = 1024

/** Query fields of every list. Spread into the querystring schema of a route. */
export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: PAGE_LIMIT_MAX,
      default: PAGE_LIMIT_DEFAULT,
      description: 'Items on a page',
    }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: CURSOR_LENGTH_MAX, description: '`next_cursor` of the page before' }),
  ),
}

export const PageOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next_cursor: Type.Union([Type.String(), Type.Null()]) })

export type CursorKey = readonly (string | number)[]

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What a column of a key holds: text, an id, or a whole number up to `max`. */
export type CursorColumn = 'string' | 'id' | { readonly max: number }

/**
 * A list that gives out cursors. `name` tells it from every other list of this service, and says whatever decides its
 * order: the sort, whose things they are, the words that a rank is about. A filter only leaves out rows and is no part
 * of it, so a list goes on from the same place under another filter.
 */
export type CursorList = { readonly name: string; readonly key: readonly CursorColumn[] }

export const encodeCursor = (key: CursorKey, { name }: CursorList): string =>
  Buffer.from(JSON.stringify([name, ...key])).toString('base64url')

/**
 * The key a cursor stands for, or undefined on a first page. Any text but one that `list` could have given out
 * (edited by hand, with anything added, from another list or sort) fails with `malformed_cursor`. So do cursors given
 * out before they said of which list they are: such a reader starts again without one.
 */
export function decodeCursor(cursor: string | undefined, list: CursorList): CursorKey | undefined {
  if (cursor === undefined) return undefined
  const [, ...key] = parse(cursor)
  const fits = key.length === list.key.length && list.key.every((column, i) => holds(column, key[i]))
  if (!fits || encodeCursor(key as CursorKey, list) !== cursor) {
    throw new Problem('malformed_cursor', 'Use next_cursor exactly as it was given, with the same sort.')
  }
  return key as CursorKey
}

function holds(column: CursorColumn, value: unknown): boolean {
  if (typeof column === 'object') {
    return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= column.max
  }
  return typeof value === 'string' && (column === 'string' || ID.test(value))
}

function parse(cursor: string): readonly unknown[] {
  try {
    const parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return []
  }
}
