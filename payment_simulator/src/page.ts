/** The hosted page: plain HTML without scripts. It says that it is play money, and asks for no card number. */
import { CHOICES } from './choices.ts'
import type { Session } from './sessions.ts'

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`)

const STYLE = `body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
fieldset{border:1px solid #767676;padding:1rem}label{display:block;padding:.4rem 0}button{font:inherit;padding:.6rem 1.2rem;margin-top:1rem}
.play{background:#fff3bf;border:2px solid #7a5d00;padding:.8rem;font-weight:600}.refused{border:2px solid #a00000;padding:.8rem}
a{color:#003e92}:focus-visible{outline:3px solid #003e92;outline-offset:2px}`

const DIGITS: Readonly<Record<string, number>> = { jpy: 0, krw: 0, clp: 0, vnd: 0, kwd: 3, bhd: 3, tnd: 3 }

function amountOf({ amount_total, currency }: Session): string {
  const digits = DIGITS[currency] ?? 2
  const text = String(amount_total).padStart(digits + 1, '0')
  const shown = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
  return `${currency.toUpperCase()} ${shown}`
}

const pageOf = (title: string, body: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head><body><main>
<p class="play">This is play money. Nothing is charged, and no card number is asked or stored.</p>
${body}</main></body></html>`

export function paymentPage(session: Session, message?: string): string {
  if (session.status !== 'open') {
    const what =
      session.status === 'complete' ? 'This was paid already.' : 'The time for this payment is over.'
    return pageOf('Payment is closed', `<h1>Payment is closed</h1><p>${what} You may close this page.</p>`)
  }
  const choices = CHOICES.map(
    ({ id, name }, i) =>
      `<label><input type="radio" name="choice" value="${id}"${i === 0 ? ' checked' : ''}> ${name}</label>`,
  ).join('\n')
  const refused = message === undefined ? '' : `<p class="refused" role="alert">${escaped(message)}</p>`
  const back =
    session.cancel_url === null
      ? ''
      : `<p><a href="${escaped(session.cancel_url)}">Back to the shop without paying</a></p>`
  return pageOf(
    'Pay with play money',
    `<h1>Pay ${escaped(amountOf(session))}</h1><p>${escaped(session.description)}</p>${refused}
<form method="post"><fieldset><legend>How should this payment go?</legend>
${choices}</fieldset><button>Pay with play money</button></form>${back}`,
  )
}
