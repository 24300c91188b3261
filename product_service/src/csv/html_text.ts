/**
 * The text of an HTML description, as other shops export it. It is only ever shown as text: what looks like a tag
 * afterwards is no tag. The work is linear in the length of the text.
 */
const DROPPED = new Set(['script', 'style', 'template', 'iframe', 'noscript', 'svg', 'object'])
const BREAKS = /^(p|div|br|hr|li|ul|ol|tr|table|h[1-6]|section|article|blockquote|pre|dl|dt|dd)$/
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', shy: '', ndash: '–', mdash: '—' },
  ...{ hellip: '…', euro: '€', pound: '£', copy: '©', reg: '®', trade: '™', deg: '°', times: '×' },
  ...{ auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß', eacute: 'é' },
  ...{ egrave: 'è', agrave: 'à', ccedil: 'ç', ntilde: 'ñ', laquo: '«', raquo: '»', bull: '•', middot: '·' },
  ...{ lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', bdquo: '„', frac12: '½', sup2: '²', sup3: '³' },
}

export function textOfHtml(html: string): string {
  const out: string[] = []
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) break
    out.push(html.slice(at, open))
    const tag = tagAt(html, open)
    if (tag === undefined) {
      out.push('<')
      at = open + 1
      continue
    }
    if (BREAKS.test(tag.name)) out.push(tag.name === 'li' && !tag.closing ? '\n• ' : '\n')
    at = DROPPED.has(tag.name) && !tag.closing ? endOf(html, tag.name, tag.end) : tag.end
  }
  out.push(html.slice(at))
  return tidied(decoded(out.join('')))
}

type Tag = { readonly name: string; readonly closing: boolean; readonly end: number }

/** Undefined if the `<` begins no tag, comment or declaration. */
function tagAt(html: string, open: number): Tag | undefined {
  if (html.startsWith('<!--', open)) {
    const end = html.indexOf('-->', open + 4)
    return { name: '', closing: false, end: end < 0 ? html.length : end + 3 }
  }
  const [, slash, name] = /^<(\/?)([a-z][a-z0-9]{0,20}|!)/i.exec(html.slice(open, open + 24)) ?? []
  if (name === undefined) return undefined
  let quote = ''
  for (let i = open + 1 + name.length; i < html.length; i++) {
    const sign = html[i]!
    if (quote !== '') quote = sign === quote ? '' : quote
    else if (sign === '>') return { name: name.toLowerCase(), closing: slash === '/', end: i + 1 }
    else if ((sign === '"' || sign === "'") && html[i - 1] === '=') quote = sign
  }
  return { name: name.toLowerCase(), closing: slash === '/', end: html.length }
}

/** Behind the end tag of an element whose content is no text. */
function endOf(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}[^>]*>`, 'gi')
  end.lastIndex = from
  const found = end.exec(html)
  return found ? found.index + found[0].length : html.length
}

const decoded = (text: string): string =>
  text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z][a-z0-9]{1,7});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    const good = code >= 32 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    return good ? String.fromCodePoint(code) : ''
  })

const tidied = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replaceAll(/[^\S\n]+/g, ' ').trim())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
