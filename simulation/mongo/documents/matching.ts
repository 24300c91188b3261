/** Filters: does a document match? Every operator that is not here throws. */
import { NotModelled } from '../errors.ts'
import { areEqual, areOfOneType, compare, type Fields, isPlain, valuesAt } from './values.ts'

export type Test = (document: Fields) => boolean

/** Of the values that a path leads to. An array is tried as a whole, and each of its elements. */
type ValuesTest = (values: readonly unknown[]) => boolean

export function matcherOf(filter: Fields): Test {
  const tests = Object.entries(filter).map(([name, condition]) => testOf(name, condition))
  return (document) => tests.every((test) => test(document))
}

function testOf(name: string, condition: unknown): Test {
  if (name === '$and') return every(condition)
  if (name === '$or') return some(condition)
  if (name === '$nor') {
    const any = some(condition)
    return (document) => !any(document)
  }
  if (name.startsWith('$')) throw new NotModelled(`the operator ${name}`)
  const tests = conditionsOf(condition)
  const isSimple = !name.includes('.')
  return (document) => {
    const values = isSimple ? [document[name]] : valuesAt(document, name)
    return tests.every((test) => test(values))
  }
}

const all = (filters: unknown): Test[] => (filters as Fields[]).map(matcherOf)
function every(filters: unknown): Test {
  const tests = all(filters)
  return (document) => tests.every((test) => test(document))
}
function some(filters: unknown): Test {
  const tests = all(filters)
  return (document) => tests.some((test) => test(document))
}

function conditionsOf(condition: unknown): ValuesTest[] {
  if (!isCondition(condition)) return [equals(condition)]
  return Object.entries(condition).map(([operator, operand]) => {
    const make = OPERATORS[operator]
    if (!make) throw new NotModelled(`the operator ${operator}`)
    return make(operand as never)
  })
}

export const isCondition = (value: unknown): value is Fields =>
  isPlain(value) && Object.keys(value).some((name) => name.startsWith('$'))

const not =
  (test: ValuesTest): ValuesTest =>
  (values) =>
    !test(values)

const ordered =
  (accepts: (order: number) => boolean) =>
  (operand: unknown): ValuesTest =>
  (values) =>
    eachOf(values, (value) => areOfOneType(value, operand) && accepts(compare(value, operand)))

const OPERATORS: Readonly<Record<string, (operand: never) => ValuesTest>> = {
  $eq: equals,
  $ne: (operand: unknown) => not(equals(operand)),
  $in: oneOf,
  $nin: (operands: readonly unknown[]) => not(oneOf(operands)),
  $gt: ordered((order) => order > 0),
  $gte: ordered((order) => order >= 0),
  $lt: ordered((order) => order < 0),
  $lte: ordered((order) => order <= 0),
  $exists: (wanted: boolean) => (values) => values.some((value) => value !== undefined) === wanted,
  $not: (condition: unknown) => {
    const tests = conditionsOf(condition)
    return (values) => !tests.every((test) => test(values))
  },
}

/** Whether it holds for a value, or for an element of one that is an array. */
function eachOf(values: readonly unknown[], test: (value: unknown) => boolean): boolean {
  return values.some((value) => test(value) || (Array.isArray(value) && value.some(test)))
}

function equals(operand: unknown): ValuesTest {
  if (operand instanceof RegExp)
    return (values) => eachOf(values, (value) => typeof value === 'string' && operand.test(value))
  if (typeof operand === 'string') return (values) => eachOf(values, (value) => value === operand)
  // Missing fields equal null.
  return (values) => eachOf(values, (value) => areEqual(value, operand))
}

function oneOf(operands: readonly unknown[]): ValuesTest {
  if (operands.length > 8 && operands.every((operand) => typeof operand === 'string')) {
    const known = new Set<unknown>(operands)
    return (values) => eachOf(values, (value) => known.has(value))
  }
  const tests = operands.map(equals)
  return (values) => tests.some((test) => test(values))
}
