/**
 * A mail as a list of blocks, and the two forms in which it is sent. Both have the same words, in the same order.
 *
 * Promises
 *  1. Values (names of products, of accounts, of programs) are hostile: none adds a line, a header, an element or an attribute
 *     (`lineOf`, `escaped`).
 *  2. Links are those of a letter's actions, which begin with PUBLIC_URL.
 *  3. What strangers write, whose mails go to anyone, becomes no link of a mail program (`unlinked`).
 *  4. Nothing is loaded: no picture, style sheet or font.
 */
export type Block =
  | { readonly text: string }
  /** Smaller: what to know about it. */
  | { readonly note: string }
  | { readonly label: string; readonly url: string }
  /** Rows of a name and a value. */
  | { readonly caption: string; readonly rows: readonly (readonly [name: string, value: string])[] }

export type Letter = {
  readonly language: string
  readonly subject: string
  readonly title: string
  readonly blocks: readonly Block[]
  /** Who sends it, and why. */
  readonly footer: string
}

export const LINE_LENGTH_MAX = 200
/** Controls, line ends, and what changes the direction of text or hides it. */
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]+/gu

/** A value as a part of a line. */
export function lineOf(value: unknown, lengthMax = LINE_LENGTH_MAX): string {
  const text = String(value ?? '')
    .slice(0, 10 * LINE_LENGTH_MAX)
    .replace(UNSAFE, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const letters = [...text]
  return letters.length <= lengthMax ? text : `${letters.slice(0, lengthMax - 1).join('')}…`
}

/** Where mail programs would make a link of what a stranger wrote, a blank keeps them from it. */
export const unlinked = (text: string): string =>
  text.replace(/:(?=\/\/)|[.\u3002\uff0e\uff61](?=\p{L})/gu, '$& ')

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!)

export function plainOf({ title, blocks, footer }: Letter): string {
  const parts = blocks.map((block) => {
    if ('text' in block) return block.text
    if ('note' in block) return block.note
    if ('url' in block) return `${block.label}:\n${block.url}`
    return [block.caption, ...block.rows.map(([name, value]) => `  ${name}: ${value}`)].join('\n')
  })
  return `${[title, ...parts, `-- \n${footer}`].join('\n\n')}\n`
}

const BUTTON =
  'display:inline-block;padding:12px 20px;border-radius:6px;background:#1a4fa3;color:#ffffff;text-decoration:none;font-weight:bold'
const SMALL = 'font-size:14px;color:#595959'
const CELL = 'padding:6px 0;border-bottom:1px solid #d0d0d0;text-align:left;vertical-align:top'

function blockOf(block: Block): string {
  if ('text' in block) return `<p>${escaped(block.text)}</p>`
  if ('note' in block) return `<p style="${SMALL}">${escaped(block.note)}</p>`
  if ('url' in block) {
    const [url, label] = [escaped(block.url), escaped(block.label)]
    return `<p><a href="${url}" style="${BUTTON}">${label}</a></p>
<p style="${SMALL};word-break:break-all">${url}</p>`
  }
  const rows = block.rows.map(
    ([
      name,
      value,
    ]) => `<tr><th scope="row" style="${CELL};font-weight:normal;padding-right:16px">${escaped(name)}</th>
<td style="${CELL};text-align:right;white-space:nowrap">${escaped(value)}</td></tr>`,
  )
  return `<table style="width:100%;border-collapse:collapse;margin:16px 0">
<caption style="text-align:left;font-weight:bold;padding:6px 0">${escaped(block.caption)}</caption>
${rows.join('\n')}
</table>`
}

export const htmlOf = ({ language, subject, title, blocks, footer }: Letter): string => `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(subject)}</title>
</head>
<body style="margin:0;background:#ffffff;color:#1a1a1a;font:16px/1.5 system-ui,sans-serif">
<main style="display:block;max-width:560px;margin:0 auto;padding:24px 16px">
<h1 style="font-size:24px;line-height:1.25;margin:0 0 16px">${escaped(title)}</h1>
${blocks.map(blockOf).join('\n')}
<p style="${SMALL};margin-top:32px;padding-top:16px;border-top:1px solid #d0d0d0">${escaped(footer)}</p>
</main>
</body>
</html>
`
