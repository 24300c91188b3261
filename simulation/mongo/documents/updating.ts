/** Updates of a document. Every operator that is not here throws. */
import { NotModelled, ServerFault } from '../errors.ts'
import { isCondition } from './matching.ts'
import { areEqual, copyOf, type Fields, isPlain } from './values.ts'

/** Changes `document`, and returns whether anything differs. */
type Operator = (document: Fields, path: string, operand: unknown) => boolean

const OPERATORS: Readonly<Record<string, Operator>> = {
  $set: (document, path, value) =>
    change(document, path, (before) => (before !== undefined && areEqual(before, value) ? before : value)),
  $inc: (document, path, by) =>
    change(document, path, (before) => {
      if (before !== undefined && typeof before !== 'number')
        throw new ServerFault(14, 'TypeMismatch', `Cannot apply $inc to a value of non-numeric type: ${path}`)
      return (before ?? 0) + Number(by)
    }),
  $unset: (document, path) => change(document, path, () => undefined),
}

/** The document after the update; the same object if it changes nothing. `isInsert`: of an upsert that found none. */
export function updated(before: Fields, update: Fields, isInsert = false): Fields {
  if (Array.isArray(update)) throw new NotModelled('an update by a pipeline')
  const names = Object.keys(update)
  if (!names.some((name) => name.startsWith('$'))) return replaced(before, update)
  const after = copyOf(before)
  const paths = new Set<string>()
  let differs = false
  for (const name of names) {
    const operator = name === '$setOnInsert' ? OPERATORS.$set! : OPERATORS[name]
    if (!operator) throw new NotModelled(`the operator ${name}`)
    for (const [path, operand] of Object.entries(update[name] as Fields)) {
      if (paths.has(path))
        throw new ServerFault(
          40,
          'ConflictingUpdateOperators',
          `Updating the path '${path}' would create a conflict at '${path}'`,
        )
      paths.add(path)
      if (name === '$setOnInsert' && !isInsert) continue
      if (operator(after, path, copyOf(operand))) differs = true
    }
  }
  if (!isInsert && !areEqual(after._id, before._id)) throw immutableId()
  return differs ? after : before
}

function replaced(before: Fields, replacement: Fields): Fields {
  const { _id = before._id, ...fields } = copyOf(replacement)
  if (before._id !== undefined && !areEqual(_id, before._id)) throw immutableId()
  const after = { _id, ...fields }
  return areEqual(after, before) ? before : after
}

const immutableId = () =>
  new ServerFault(
    66,
    'ImmutableField',
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  )

/** Sets what `next` returns for the value at the path, removes the field for undefined; true if that is another value. */
function change(document: Fields, path: string, next: (before: unknown) => unknown): boolean {
  const names = path.split('.')
  const last = names.pop()!
  let parent: unknown = document
  const missing: string[] = []
  for (const name of names) {
    if (name.startsWith('$')) throw new NotModelled(`the path ${path}`)
    if (missing.length > 0) {
      missing.push(name)
      continue
    }
    const child: unknown = (parent as Fields)[name]
    if (child === undefined) missing.push(name)
    else if (isPlain(child) || Array.isArray(child)) parent = child
    else
      throw new ServerFault(
        28,
        'PathNotViable',
        `Cannot create field '${last}' in element {${name}: ${child}}`,
      )
  }
  const before = missing.length > 0 ? undefined : (parent as Fields)[last]
  const after = next(before)
  if (
    after === before &&
    (after !== undefined || missing.length > 0 || !Object.hasOwn(parent as Fields, last))
  )
    return false
  if (after === undefined) {
    if (Array.isArray(parent)) throw new NotModelled('$unset of an element')
    delete (parent as Fields)[last]
    return true
  }
  for (const name of missing) {
    const child: Fields = {}
    ;(parent as Fields)[name] = child
    parent = child
  }
  ;(parent as Fields)[last] = after
  return true
}

/** What an upsert begins with: the fields that the filter requires to be equal to a value. */
export function requiredBy(filter: Fields): Fields {
  const fields: Fields = {}
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and') for (const each of condition as Fields[]) Object.assign(fields, requiredBy(each))
    else if (name.startsWith('$')) continue
    else if (!isCondition(condition)) change(fields, name, () => copyOf(condition))
    else if ('$eq' in condition) change(fields, name, () => copyOf(condition.$eq))
  }
  return fields
}
