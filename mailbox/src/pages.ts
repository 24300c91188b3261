/** The pages: a list, and one message. Plain HTML without scripts. */
import type { Message } from './messages.ts'

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`)

export const STYLE = `body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem .75rem .5rem 0;border-bottom:1px solid #d0d0d0;vertical-align:top;overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f5f5;padding:1rem}iframe{width:100%;height:40rem;border:1px solid #767676}
.note{background:#fff3bf;border:2px solid #7a5d00;padding:.8rem}dt{font-weight:600}dd{margin:0 0 .5rem}
a{color:#003e92}:focus-visible{outline:3px solid #003e92;outline-offset:2px}`

const NOTE =
  'Mails of this shop end here: none is sent to anybody. They are kept in memory, until this program ends.'

const pageOf = (title: string, body: string, refreshes = false) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${refreshes ? '<meta http-equiv="refresh" content="5">' : ''}<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>
${body}</main></body></html>`

export function listPage(messages: readonly Message[]): string {
  const rows = messages.map(
    ({ id, subject, to, receivedAt }) =>
      `<tr><td><a href="/messages/${id}">${escaped(subject || '(no subject)')}</a></td><td>${escaped(to.join(', '))}</td><td>${escaped(receivedAt)}</td></tr>`,
  )
  const list =
    rows.length === 0
      ? '<p>No mail has arrived yet.</p>'
      : `<table><thead><tr><th scope="col">Subject</th><th scope="col">To</th><th scope="col">Received</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`
  return pageOf('Mailbox', `<h1>Mailbox</h1><p class="note">${NOTE}</p>${list}`, true)
}

export function messagePage({ id, subject, from, to, receivedAt, messageId, text, html }: Message): string {
  const facts = [
    ['From', from],
    ['To', to.join(', ')],
    ['Received', receivedAt],
    ['Message-ID', messageId],
  ].map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value!)}</dd>`)
  const form =
    html === undefined
      ? ''
      : `<h2 id="html">As HTML</h2><iframe title="The message as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/messages/${id}/html"></iframe>`
  return pageOf(
    subject || 'Message',
    `<p><a href="/">All mails</a></p><h1>${escaped(subject || '(no subject)')}</h1><dl>${facts.join('')}</dl>
<p><a href="/messages/${id}/source">Source</a></p><h2>As text</h2><pre>${linked(text)}</pre>${form}`,
  )
}

/** Its addresses as links. */
const linked = (text: string) =>
  text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, i) =>
      i % 2 === 0
        ? escaped(part)
        : `<a href="${escaped(part)}" target="_blank" rel="noreferrer">${escaped(part)}</a>`,
    )
    .join('')

/** Its links open in another window, because the shop lets no page show it in a frame. */
export function framedHtml(html: string): string {
  const base = '<base target="_blank">'
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + base) : base + html
}
