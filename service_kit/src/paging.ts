/**
 * Keyset pages: a cursor names the last row seen, never an offset, so a page costs the same however
 * deep it is and rows added meanwhile neither repeat nor hide others. There are no total counts.
 */
import Type, { type TSchema } from 'typebox'
import { Problem } from './problem.ts'

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

export const encodeCursor = (key: CursorKey): string => Buffer.from(JSON.stringify(key)).toString('base64url')

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const FITS = {
  string: (value: unknown) => typeof value === 'string',
  integer: (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0,
  id: (value: unknown) => typeof value === 'string' && ID.test(value),
}

export type CursorShape = readonly (keyof typeof FITS)[]

/**
 * The key a cursor stands for. `shape` is the list's own key, one kind a column; anything else
 * (edited by hand, or from another list or sort) fails with `malformed_cursor`.
 */
export function decodeCursor(cursor: string, shape: CursorShape): CursorKey {
  const key = parse(cursor)
  if (!Array.isArray(key) || key.length !== shape.length || !shape.every((kind, i) => FITS[kind](key[i]))) {
    throw new Problem('malformed_cursor', 'Use next_cursor exactly as it was given, with the same sort.')
  }
  return key
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
