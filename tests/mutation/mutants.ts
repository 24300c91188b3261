/**
 * The mutants of one source file: each is one small change that a test should notice. They are found in the syntax tree,
 * so strings, comments and types are not changed; conditions in SQL and in filters of MongoDB are.
 */
import { createHash } from 'node:crypto'
import { parseSync } from 'vite'
import type { Change, Mutant } from './mutant.ts'
import { sqlChanges } from './sql.ts'

type Node = { readonly type: string; readonly start: number; readonly end: number } & Record<string, unknown>

const OPPOSITES: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
}
/** Calls that return a value of the same type: a mutant leaves the call out. */
const SAME_TYPE =
  'trim trimEnd trimStart toLowerCase toUpperCase toWellFormed normalize sort toSorted reverse toReversed filter slice unref'.split(
    ' ',
  )
/** Calls whose first argument is a filter. */
const FILTERED =
  'find findOne updateOne updateMany deleteOne deleteMany findOneAndUpdate countDocuments'.split(' ')
const SMALL_MAX = 10
/** Large enough that a limit has no effect. */
const FAR = 1_000

export function mutantsOf(path: string, text: string): Mutant[] {
  const seen = new Map<string, number>()
  return walk(parse(text), undefined, text)
    .filter((change) => text.slice(change.start, change.end) !== change.replacement)
    .filter((change) => isProgram(mutated(text, change)))
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
    .map((change) => {
      const original = text.slice(change.start, change.end)
      const name = `${path} ${change.kind} ${contextOf(text, change)} ${change.replacement}`
      // The same text can occur several times in a file.
      const count = seen.get(name) ?? 0
      seen.set(name, count + 1)
      const id = createHash('sha256').update(`${name} ${count}`).digest('hex').slice(0, 16)
      return { ...change, id, path, original, line: text.slice(0, change.start).split('\n').length }
    })
}

export const mutated = (text: string, { start, end, replacement }: Change): string =>
  text.slice(0, start) + replacement + text.slice(end)

function parse(text: string): Node {
  const { program, errors } = parseSync('source.ts', text)
  if (errors.length > 0) throw new SyntaxError(errors[0]!.message)
  return program as unknown as Node
}

function isProgram(text: string): boolean {
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}

/** The whole lines it stands in. */
function contextOf(text: string, { start, end }: Change): string {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const to = text.indexOf('\n', end)
  return `${text.slice(from, to === -1 ? undefined : to)} ${start - from}`
}

function walk(node: Node, parent: Node | undefined, text: string): Change[] {
  if (/^TS(?!NonNull|As|Satisfies)|^Import|^ExportAll/.test(node.type)) return []
  const inner = Object.entries(node)
    .filter(([key]) => !/^type(Annotation|Arguments|Parameters)$|^returnType$/.test(key))
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
  return [...changesOf(node, parent, text), ...inner.flatMap((child) => walk(child, node, text))].filter(
    (one) => one.kind !== 'number' || !isEquivalent(node, one, text),
  )
}

/** MongoDB takes any number but 0 as true, and of the result of a comparison only the sign counts. */
function isEquivalent(node: Node, { start, replacement }: Change, text: string): boolean {
  if (node.type === 'Property') return (node.key as Node).name === 'projection' && replacement === '2'
  if (node.type === 'CallExpression') {
    return nameOf(node) === 'project' && start >= (node.callee as Node).end && replacement === '2'
  }
  if (node.type !== 'ConditionalExpression') return false
  const { test, consequent, alternate } = node as Node & Record<'test' | 'consequent' | 'alternate', Node>
  return start >= test.end && /^(-1 : 1|1 : -1)$/.test(text.slice(consequent.start, alternate.end))
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

const change = (kind: string, { start, end }: Node, replacement: string): Change => ({
  kind,
  start,
  end,
  replacement,
})

function changesOf(node: Node, parent: Node | undefined, text: string): Change[] {
  const source = (at: Node) => text.slice(at.start, at.end)
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return ['true', 'false'].map((value) => change('condition', node.test as Node, value))
    case 'WhileStatement':
    case 'DoWhileStatement':
      return [change('condition', node.test as Node, 'false')]
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression':
      return operatorChanges(node, text)
    case 'UnaryExpression':
      return node.operator === '!' ? [change('negation', node, source(node.argument as Node))] : []
    case 'Literal':
      if (typeof node.value === 'boolean') return [change('boolean', node, String(!node.value))]
      if (typeof node.value === 'number') return [change('number', node, farFrom(node.value))]
      return typeof node.value === 'string' ? sqlChanges(source(node), node.start) : []
    case 'TemplateLiteral':
      return sqlChanges(source(node), node.start)
    case 'ExpressionStatement':
    case 'ThrowStatement':
      return [change('statement', node, nothingIn(parent))]
    case 'MemberExpression':
      return optionalChanges(node, text)
    case 'CallExpression':
      return [...optionalChanges(node, text), ...callChanges(node, source)]
    default:
      return []
  }
}

/** Replaces a statement. The compiler refuses an empty statement as the body of an `if`. */
function nothingIn(parent: Node | undefined): string {
  if (parent?.type === 'ArrowFunctionExpression') return 'undefined'
  return parent?.type === 'IfStatement' ? '{}' : ';'
}

/** The operator is between the two operands, perhaps with brackets and comments around it. */
function operatorChanges(node: Node, text: string): Change[] {
  const operator = node.operator as string
  const [left, right] = [node.left as Node, node.right as Node]
  if (operator === '??') return [change('fallback', node, text.slice(left.start, left.end))]
  const opposite = OPPOSITES[operator]
  if (opposite === undefined || (operator === '+' && [left, right].some(isText))) return []
  const start = text.indexOf(operator, left.end)
  return [{ kind: 'operator', start, end: start + operator.length, replacement: opposite }]
}

const isText = (node: Node): boolean =>
  node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string')

function optionalChanges(node: Node, text: string): Change[] {
  if (node.optional !== true) return []
  const start = text.indexOf('?.', ((node.object ?? node.callee) as Node).end)
  const plain = node.type === 'MemberExpression' && node.computed !== true ? '.' : ''
  return [{ kind: 'optional', start, end: start + 2, replacement: plain }]
}

/** The name of the called method; empty if it is not a method. */
function nameOf(call: Node): string {
  return ((call.callee as Node).property as { name?: string } | undefined)?.name ?? ''
}

function callChanges(node: Node, source: (node: Node) => string): Change[] {
  const callee = node.callee as Node
  if (callee.type !== 'MemberExpression') return []
  const name = nameOf(node)
  const object = callee.object as Node
  if (SAME_TYPE.includes(name)) return [change('call', node, source(object))]
  if (source(object) === 'Math' && (name === 'min' || name === 'max')) {
    return [change('call', callee.property as Node, name === 'min' ? 'max' : 'min')]
  }
  const [first] = node.arguments as readonly Node[]
  if (!FILTERED.includes(name) || first?.type !== 'ObjectExpression') return []
  const properties = first.properties as readonly Node[]
  return properties.map(({ start, end }, i) => ({
    kind: 'filter',
    start,
    end: properties[i + 1]?.start ?? end,
    replacement: '',
  }))
}

/** A small number plus one; a large one times FAR. */
const farFrom = (value: number): string => String(value <= SMALL_MAX ? value + 1 : value * FAR)
