/** What each kind of mail says: from its values to a letter. */
import type { Language, Mail, MailValues } from '../domain/mail.ts'
import type { OrderValues } from '../domain/order_mails.ts'
import { moneyOf, timeOf, timesOf } from './formats.ts'
import { type Block, htmlOf, type Letter, lineOf, plainOf, unlinked } from './letter.ts'
import { de } from './texts/de.ts'
import { en, type Texts } from './texts/en.ts'

export const TEXTS: Readonly<Record<Language, Texts>> = { en, de }

/** A receipt has the whole statement. */
const STATEMENT_LENGTH_MAX = 1_000
const NOTE_LENGTH_MAX = 500

export type Shop = {
  /** The token of a guest's order. It is only in the text of the mail: not in what is stored. */
  readonly orderToken: (orderId: string) => string
  readonly name: string
  /** Where visitors reach it; without one there are no links to it. */
  readonly publicUrl: string | undefined
}

export type Composed = { readonly subject: string; readonly text: string; readonly html: string }

export function composed(
  mail: Pick<Mail, 'kind' | 'language'> & { readonly values: MailValues },
  shop: Shop,
): Composed {
  const letter = letterOf(mail, shop)
  return { subject: letter.subject, text: plainOf(letter), html: htmlOf(letter) }
}

/** Of a stranger. */
const asWritten = (value: unknown, lengthMax?: number) => unlinked(lineOf(value, lengthMax))

function letterOf(
  { kind, language, values }: Pick<Mail, 'kind' | 'language'> & { readonly values: MailValues },
  shop: Shop,
): Letter {
  const texts = TEXTS[language]
  const name = lineOf(shop.name)
  const letter = { language, footer: texts.footer(name) }
  const url = (path: string) =>
    shop.publicUrl === undefined ? undefined : `${shop.publicUrl.replace(/\/$/, '')}${path}`
  if (kind === 'email_verification' || kind === 'password_reset') {
    const { subject, title, text, action, note } = texts[kind]
    const blocks: Block[] = [
      { text: texts.hello(asWritten(values.username)) },
      { text: text(name) },
      { label: action, url: String(values.link) },
      { note: texts.validUntil(timeOf(language, values.expires_at)) },
      { note },
    ]
    return { ...letter, subject, title, blocks }
  }
  if (kind === 'new_sign_in') {
    const own = texts.new_sign_in
    const rows = [
      [own.at, timeOf(language, values.at)],
      [own.client, asWritten(values.client) || own.unknown],
    ] as const
    const blocks: Block[] = [
      { text: texts.hello(asWritten(values.username)) },
      { text: own.text(name) },
      { caption: own.caption, rows },
      ...actionOf(own.action, url('/account')),
      { note: own.note },
    ]
    return { ...letter, subject: own.subject, title: own.title, blocks }
  }
  if (kind === 'withdrawal_receipt') {
    const own = texts.withdrawal_receipt
    const rows = [
      [own.receivedAt, timeOf(language, values.received_at)],
      [own.order, asWritten(values.order_number)],
      [own.name, asWritten(values.name)],
    ] as const
    const goods = asWritten(values.goods, STATEMENT_LENGTH_MAX) || own.all
    const blocks: Block[] = [
      ...[{ text: own.text(name) }, { caption: own.caption, rows }],
      ...[{ text: `${own.goods}: ${goods}` }, { note: own.note }],
      ...actionOf(own.action, url('/')),
    ]
    return { ...letter, subject: own.subject, title: own.title, blocks }
  }
  const order = values as MailValues & OrderValues
  const { subject, title, text } = texts[kind]
  const reason = kind === 'order_rejected' ? texts.order.reasons[String(order.reason)] : undefined
  const blocks: Block[] = [
    { text: text(name) },
    ...(reason === undefined ? [] : [{ text: reason }]),
    ...(order.note ? [{ text: texts.order.note(lineOf(order.note, NOTE_LENGTH_MAX)) }] : []),
    { caption: texts.order.caption, rows: rowsOf(texts, language, order) },
    ...actionOf(texts.order.action, url(pathOf(order, shop))),
    ...(order.guest ? [{ note: texts.order.guestNote }] : []),
  ]
  return { ...letter, subject: subject(order.number === null ? '' : `#${order.number}`), title, blocks }
}

/** The token is after the `#`: browsers send that to no server, and no page passes it on as a referrer. */
const pathOf = ({ order_id, guest }: OrderValues, shop: Shop): string =>
  `/orders/${encodeURIComponent(order_id)}${guest ? `#token=${shop.orderToken(order_id)}` : ''}`

const actionOf = (label: string, url: string | undefined): Block[] =>
  url === undefined ? [] : [{ label, url }]

function rowsOf({ order: texts }: Texts, language: Language, order: OrderValues): [string, string][] {
  const money = (amount: string) => moneyOf(language, order.currency, amount)
  const numbers = new Intl.NumberFormat(language)
  const row = (name: string, value: string | null): [string, string][] =>
    value === null ? [] : [[name, value]]
  return [
    ...row(texts.number, order.number === null ? null : `#${order.number}`),
    ...order.lines.map(({ name, quantity, unit_price }): [string, string] => [
      texts.line(numbers.format(quantity), lineOf(name)),
      money(timesOf(unit_price, quantity)),
    ]),
    ...row(
      order.shipping === null ? '' : `${texts.shipping} (${lineOf(order.shipping.name)})`,
      order.shipping && money(order.shipping.price),
    ),
    ...row(texts.total, order.total === null ? null : money(order.total)),
    ...row(texts.tax, order.tax_total === null || isZero(order.tax_total) ? null : money(order.tax_total)),
    ...row(texts.refunded, order.amount === null ? null : money(order.amount)),
    ...row(texts.carrier, order.tracking?.carrier ? lineOf(order.tracking.carrier) : null),
    ...row(texts.tracking, order.tracking ? lineOf(order.tracking.number) : null),
  ]
}

const isZero = (amount: string) => /^0(?:\.0+)?$/.test(amount)
