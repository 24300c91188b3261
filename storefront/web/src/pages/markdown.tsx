/**
 * Markdown of the shopkeeper as elements.
 *
 * Invariants
 *  1. Nothing becomes markup but what is listed here: HTML is shown as the text it is, and there is no inner HTML.
 *  2. A link leads to http, https, mailto or an address of this shop; any other is only its text. Pictures are their text.
 */
import { lexer, type Token, type Tokens } from 'marked'
import { createElement, Fragment, type ReactNode } from 'react'

export function Markdown({ text }: { text: string }) {
  return <div className="grid max-w-prose gap-4">{manyOf(lexer(text))}</div>
}

const SCHEMES = ['http:', 'https:', 'mailto:']

/** The address of a link, if it may be one. */
export function safeHref(href: string): string | undefined {
  if (/^[/#](?![/\\])/.test(href)) return href
  try {
    return SCHEMES.includes(new URL(href).protocol) ? href : undefined
  } catch {
    return undefined
  }
}

/** Entities are text in Markdown, too. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&nbsp;': '\u00a0',
}
const plain = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|nbsp);/g, (entity) => ENTITIES[entity]!)

const manyOf = (tokens: readonly Token[] = []): ReactNode =>
  createElement(Fragment, null, ...tokens.map(oneOf))

function oneOf(token: Token): ReactNode {
  switch (token.type) {
    case 'heading':
      // The page itself has the h1.
      return createElement(
        `h${Math.min(6, token.depth + 1)}`,
        { className: token.depth < 3 ? 'mt-4 text-xl font-semibold' : 'mt-2 text-lg font-semibold' },
        manyOf(token.tokens),
      )
    case 'paragraph':
      return <p>{manyOf(token.tokens)}</p>
    case 'blockquote':
      return (
        <blockquote className="grid gap-3 border-s-2 border-edge ps-4">{manyOf(token.tokens)}</blockquote>
      )
    case 'list':
      return listOf(token as Tokens.List)
    case 'table':
      return tableOf(token as Tokens.Table)
    case 'code':
      return <pre className="overflow-x-auto rounded-md bg-sunken p-3 text-sm">{token.text}</pre>
    case 'hr':
      return <hr className="border-line" />
    case 'br':
      return <br />
    case 'strong':
      return <strong className="font-semibold">{manyOf(token.tokens)}</strong>
    case 'em':
      return <em>{manyOf(token.tokens)}</em>
    case 'del':
      return <s>{manyOf(token.tokens)}</s>
    case 'codespan':
      return <code className="font-mono text-sm">{token.text}</code>
    case 'link':
      return linkOf(token as Tokens.Link)
    case 'space':
    case 'def':
      return null
    case 'text':
      return token.tokens ? manyOf(token.tokens) : plain(token.text)
    case 'escape':
    case 'image':
      return token.text
    default:
      return token.raw
  }
}

function listOf({ ordered, start, items }: Tokens.List): ReactNode {
  const entries = items.map((item) => createElement('li', null, manyOf(item.tokens)))
  return ordered
    ? createElement(
        'ol',
        { className: 'list-decimal grid gap-1 ps-6', start: Number(start) || 1 },
        ...entries,
      )
    : createElement('ul', { className: 'list-disc grid gap-1 ps-6' }, ...entries)
}

function tableOf({ header, rows }: Tokens.Table): ReactNode {
  const cells = (tag: 'th' | 'td', row: readonly Tokens.TableCell[]) =>
    createElement(
      'tr',
      null,
      ...row.map(({ tokens }) =>
        createElement(tag, { className: 'border-b border-line px-2 py-1.5 text-start' }, manyOf(tokens)),
      ),
    )
  return (
    <div className="overflow-x-auto">
      <table>
        <thead>{cells('th', header)}</thead>
        {createElement('tbody', null, ...rows.map((row) => cells('td', row)))}
      </table>
    </div>
  )
}

function linkOf({ href, tokens }: Tokens.Link): ReactNode {
  const address = safeHref(href)
  if (address === undefined) return manyOf(tokens)
  return (
    <a
      href={address}
      rel="noopener noreferrer nofollow"
      className="text-accent underline [overflow-wrap:anywhere]"
    >
      {manyOf(tokens)}
    </a>
  )
}
