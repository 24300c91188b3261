/**
 * No page has a text of its own: what visitors read, or hear from a screen reader, is in the catalogues of language/. And
 * no module reads a catalogue while it loads, because it would keep the language of that moment.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { parseSync } from 'oxc-parser'

const SOURCES = join(import.meta.dirname, '../../web/src')
/** Attributes and properties whose value visitors see or hear. */
const SHOWN = new Set([
  ...[
    'aria-label',
    'aria-description',
    'aria-roledescription',
    'aria-valuetext',
    'title',
    'placeholder',
    'alt',
  ],
  ...['label', 'hint', 'description', 'caption', 'summary', 'legend', 'note', 'confirm', 'keep', 'nameOf'],
])
const LETTER = /\p{L}/u
/** Names that are the same in every language. */
const NAMES = new Set(['Node.js'])

/** What modules call the catalogues of texts. */
const CATALOGUES = new Set(['t', 'admin', 'own'])

type Node = { readonly type: string; readonly start: number; readonly [member: string]: unknown }
const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string'

function walk(
  node: Node,
  visit: (node: Node, parents: readonly Node[]) => void,
  parents: readonly Node[] = [],
) {
  visit(node, parents)
  const inside = [...parents, node]
  for (const member of Object.values(node)) {
    for (const child of Array.isArray(member) ? member : [member])
      if (isNode(child)) walk(child, visit, inside)
  }
}

/** The texts that an expression may result in; conditions and calls are looked into, comparisons are not. */
function textsIn(node: Node): string[] {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : []
    case 'TemplateLiteral':
      return [
        ...(node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked),
        ...(node.expressions as Node[]).flatMap(textsIn),
      ]
    case 'ConditionalExpression':
      return [node.consequent, node.alternate].flatMap((each) => textsIn(each as Node))
    case 'LogicalExpression':
      return [node.left, node.right].flatMap((each) => textsIn(each as Node))
    case 'JSXExpressionContainer':
      return textsIn(node.expression as Node)
    default:
      return []
  }
}

function literalTexts(source: string, file = 'page.tsx'): string[] {
  const { program, errors } = parseSync(file, source)
  assert.deepEqual(errors, [], file)
  const found: string[] = []
  const add = (texts: string[]) =>
    found.push(...texts.map((text) => text.trim()).filter((text) => LETTER.test(text) && !NAMES.has(text)))
  walk(program as unknown as Node, (node, parents) => {
    const parent = parents.at(-1)
    if (node.type === 'JSXText') add([node.value as string])
    if (
      node.type === 'JSXExpressionContainer' &&
      parent?.type.startsWith('JSX') &&
      parent.type !== 'JSXAttribute'
    ) {
      add(textsIn(node))
    }
    if (node.type === 'JSXAttribute' && node.value) {
      if (SHOWN.has((node.name as { name: string }).name)) add(textsIn(node.value as Node))
    }
    if (node.type === 'Property' && SHOWN.has((node.key as { name?: string }).name ?? '')) {
      add(textsIn(node.value as Node))
    }
  })
  return found
}

/** Uses of a catalogue outside a function. */
function earlyReads(source: string, file = 'page.tsx'): string[] {
  const found: string[] = []
  walk(parseSync(file, source).program as unknown as Node, (node, parents) => {
    if (node.type !== 'MemberExpression' || !isNode(node.object)) return
    const { type, name } = node.object as { type: string; name?: string }
    if (type !== 'Identifier' || !CATALOGUES.has(name!)) return
    if (parents.some((parent) => /Function|TSTypeQuery/.test(parent.type))) return
    found.push(source.slice(node.start, node.start + 30))
  })
  return found
}

suite('texts of pages', () => {
  for (const page of [
    'const P = () => <p>Hello</p>',
    'const P = () => <p>{"Hello"}</p>',
    'const P = () => <p>{open ? `Open` : t.closed}</p>',
    'const P = () => <p>{open && "Open"}</p>',
    'const P = () => <button aria-label="Close" />',
    'const P = () => <input placeholder={"Search"} />',
    'const P = () => <img alt={big ? "A big cat" : ""} />',
    'const P = () => <Field label="Name" hint={`At least`} />',
    "toast({ title: 'Saved' })",
  ]) {
    test(`found: ${page}`, () => assert.ok(literalTexts(page).length > 0))
  }
  for (const page of [
    'const P = () => <p className="big">{t.hello} · {n}</p>',
    'const P = () => <p>{step === "cart" ? t.cart : t.other}</p>',
    'const P = () => <input name="title" type="text" title={t.name} alt="" />',
  ]) {
    test(`none in: ${page}`, () => assert.deepEqual(literalTexts(page), []))
  }

  const files = globSync('**/*.{ts,tsx}', { cwd: SOURCES }).filter((file) => !file.startsWith('language/'))

  test('no page has one', () => {
    assert.ok(files.length > 100)
    const found = files.flatMap((file) =>
      literalTexts(readFileSync(join(SOURCES, file), 'utf8'), file).map((text) => `${file}: ${text}`),
    )
    assert.deepEqual(found, [])
  })

  test('a catalogue is read while rendering', () => {
    assert.deepEqual(earlyReads('const A = () => t.cart.order; type T = typeof t.cart'), [])
    assert.equal(earlyReads('const LABELS = { a: t.cart.order }').length, 1)
    const found = files.flatMap((file) =>
      earlyReads(readFileSync(join(SOURCES, file), 'utf8'), file).map((text) => `${file}: ${text}`),
    )
    assert.deepEqual(found, [])
  })
})

suite('pages that also run from right to left', () => {
  /** Classes of Tailwind that name a side; the logical ones are ms-, pe-, start-, text-end and so on. */
  const SIDED =
    /(?<![\w-])-?(?:m[lr]|p[lr]|left|right|scroll-m[lr]|border-[lr]|rounded-[lr]|rounded-[tb][lr])-[\w[(]|(?<![\w-])(?:text|float|clear)-(?:left|right)(?![\w-])|(?<![\w-])border-[lr](?![\w-])/
  /** Both sides at once, with a translation to the middle. */
  const CENTRED = 'left-1/2'

  const sided = (source: string) =>
    source.split('\n').filter((line) => SIDED.test(line.replaceAll(CENTRED, '')))

  test('a side is noticed', () => {
    for (const classes of [
      'ml-2',
      'sm:pr-4',
      '-ml-1',
      'absolute left-3',
      'text-right',
      'rounded-l-md',
      'border-l',
    ]) {
      assert.equal(sided(`<p className="flex ${classes}">`).length, 1, classes)
    }
    for (const classes of [
      'ms-2',
      'pe-4',
      'start-3',
      'text-end',
      'border-s',
      'left-1/2',
      'place-items-center',
    ]) {
      assert.equal(sided(`<p className="flex ${classes}">`).length, 0, classes)
    }
  })

  test('no page names one', () => {
    const found = globSync('**/*.tsx', { cwd: SOURCES }).flatMap((file) =>
      sided(readFileSync(join(SOURCES, file), 'utf8')).map((line) => `${file}: ${line.trim()}`),
    )
    assert.deepEqual(found, [])
  })
})
