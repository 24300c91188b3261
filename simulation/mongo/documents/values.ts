/** Values of documents: copies, the order in which MongoDB sorts them, and the values at a path. */
import { Binary, Long, ObjectId, Timestamp } from 'mongodb'
import { NotModelled } from '../errors.ts'

export type Fields = Record<string, unknown>

/** Ranks of types, as the server sorts them; a value of one type is never compared with one of another. */
const RANK = {
  nothing: 1,
  number: 2,
  string: 3,
  object: 4,
  array: 5,
  binary: 6,
  id: 7,
  boolean: 8,
  date: 9,
  timestamp: 10,
  pattern: 11,
}

function rankOf(value: unknown): number {
  if (value === undefined || value === null) return RANK.nothing
  if (typeof value === 'number') return RANK.number
  if (typeof value === 'string') return RANK.string
  if (typeof value === 'boolean') return RANK.boolean
  if (Array.isArray(value)) return RANK.array
  if (value instanceof Date) return RANK.date
  if (value instanceof Binary) return RANK.binary
  if (value instanceof ObjectId) return RANK.id
  // A Timestamp is a Long, too.
  if (value instanceof Timestamp) return RANK.timestamp
  if (value instanceof Long) return RANK.number
  if (value instanceof RegExp) return RANK.pattern
  if (isPlain(value)) return RANK.object
  throw new NotModelled(`a value of ${(value as object).constructor.name}`)
}

export const isPlain = (value: unknown): value is Fields => {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

export const areOfOneType = (a: unknown, b: unknown): boolean => rankOf(a) === rankOf(b)

/** Below 0 if `a` sorts first. */
export function compare(a: unknown, b: unknown): number {
  const rank = rankOf(a)
  if (rank !== rankOf(b)) return rank - rankOf(b)
  switch (rank) {
    case RANK.nothing:
      return 0
    case RANK.number:
      return compareNumbers(Number(a), Number(b))
    case RANK.string:
      return compareStrings(a as string, b as string)
    case RANK.object:
      return compareLists(Object.entries(a as Fields).flat(), Object.entries(b as Fields).flat())
    case RANK.array:
      return compareLists(a as unknown[], b as unknown[])
    case RANK.boolean:
      return Number(a) - Number(b)
    case RANK.date:
      return (a as Date).getTime() - (b as Date).getTime()
    case RANK.timestamp:
      return (a as Timestamp).compare(b as Timestamp)
    default:
      return compareStrings(bytesOf(a), bytesOf(b))
  }
}

export const areEqual = (a: unknown, b: unknown): boolean => compare(a, b) === 0

/** NaN sorts before every number. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a))
  return a < b ? -1 : a > b ? 1 : 0
}

/** As UTF-8, in which a pair of surrogates sorts after every single unit. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return weightOf(x) - weightOf(y)
  }
  return a.length - b.length
}

const weightOf = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i], b[i])
    if (order !== 0) return order
  }
  return a.length - b.length
}

const bytesOf = (value: unknown): string =>
  value instanceof Binary
    ? value.toString('hex')
    : value instanceof ObjectId
      ? value.toHexString()
      : String(value)

/** The same text for equal values, and only for them. */
export function keyOf(value: unknown): string {
  if (typeof value === 'string') return `s${value}`
  const rank = rankOf(value)
  if (rank === RANK.nothing) return 'null'
  if (rank === RANK.number) return `n${Number(value) + 0}`
  if (rank === RANK.date) return `d${(value as Date).getTime()}`
  if (rank === RANK.array) return JSON.stringify((value as unknown[]).map(keyOf))
  if (rank === RANK.object)
    return JSON.stringify(Object.entries(value as Fields).map(([k, v]) => [k, keyOf(v)]))
  return `${rank} ${bytesOf(value)}`
}

/** A copy, as it comes out of BSON: without fields that are undefined, or with null instead (`ignoreUndefined`). */
export function copyOf<T>(value: T, ignoreUndefined = true): T {
  return copied(value, ignoreUndefined) as T
}

function copied(value: unknown, ignoreUndefined: boolean): unknown {
  if (typeof value !== 'object' || value === null) return scalar(value)
  if (Array.isArray(value)) return value.map((each) => copied(each, ignoreUndefined) ?? null)
  if (value instanceof Date) return new Date(value)
  if (isPlain(value)) {
    const copy: Fields = {}
    for (const name in value) {
      const field = value[name]
      if (field !== undefined) copy[name] = copied(field, ignoreUndefined)
      else if (!ignoreUndefined) copy[name] = null
    }
    return copy
  }
  if (value instanceof Uint8Array) return new Binary(value)
  if (value instanceof Long && !(value instanceof Timestamp)) return value.toNumber()
  rankOf(value)
  // They never change.
  return value
}

function scalar(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'function' || typeof value === 'symbol') throw new NotModelled(typeof value)
  return value
}

/** Of a field and of every element of an array on the way: what a condition on the path is tried on. `undefined`: missing. */
export function valuesAt(document: unknown, path: string): unknown[] {
  const found: unknown[] = []
  collect(document, path.split('.'), 0, found)
  return found
}

function collect(value: unknown, names: readonly string[], at: number, found: unknown[]): void {
  if (at === names.length) {
    found.push(value)
    return
  }
  const name = names[at]!
  if (!Array.isArray(value)) {
    if (isPlain(value)) collect(value[name], names, at + 1, found)
    else found.push(undefined)
    return
  }
  if (/^\d+$/.test(name) && Number(name) < value.length) collect(value[Number(name)], names, at + 1, found)
  for (const each of value) if (isPlain(each)) collect(each, names, at, found)
}

/** The value of a path without arrays on the way. */
export function valueAt(document: Fields, path: string): unknown {
  let value: unknown = document
  for (const name of path.split('.')) {
    if (Array.isArray(value)) throw new NotModelled(`${path} leads through an array`)
    value = isPlain(value) ? value[name] : undefined
  }
  return value
}
