/**
 * Keyset paging: a cursor names the last row of a page, not an offset. So every page costs the same, and rows added
 * meanwhile neither repeat nor hide others. There are no total counts.
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

/** The type of a column of a key: text, an id, or an integer up to `max`. */
export type CursorColumn = 'string' | 'id' | { readonly max: number }

/**
 * A list with cursors. `name` is unique in the service, and includes all that decides the order: the sort, the owner, the
 * words of a search. A filter is not part of it, so a list continues at the same row under another filter.
 */
export type CursorList = { readonly name: string; readonly key: readonly CursorColumn[] }

export const encodeCursor = (key: CursorKey, { name }: CursorList): string =>
  Buffer.from(JSON.stringify([name, ...key])).toString('base64url')

/**
 * The key of a cursor, or undefined for the first page. Any text that `list` cannot have made (edited, extended, or from
 * another list or sort) fails with `malformed_cursor`. So do old cursors without the name of a list.
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
