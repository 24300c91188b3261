/** The operations on mails, and their JSON. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '@shop/service_kit/http/paging'
import { Body, Id, NullableString, Timestamp } from '@shop/service_kit/http/schemas'
import { invalidField } from '@shop/service_kit/runtime/problem'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import {
  EMAIL_LENGTH_MAX,
  expiryOf,
  ID_LENGTH_MAX,
  languageOf,
  MAIL_ID,
  MAILS_MAX,
  type Mail,
  type NewMail,
  normalEmail,
  VALUE_LENGTH_MAX,
} from '../domain/mail.ts'
import { linkValues } from '../domain/order_mails.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'mails')

const Value = Type.String({ maxLength: VALUE_LENGTH_MAX })
const Link = Type.String({
  maxLength: VALUE_LENGTH_MAX,
  pattern: '^https?://[\\x21-\\x7e]+$',
  [MESSAGE]: 'must be an address of the shop',
  description: 'Begins with PUBLIC_URL of this service',
})
const common = {
  id: Type.String({
    pattern: MAIL_ID.source,
    maxLength: ID_LENGTH_MAX,
    [MESSAGE]: `must be up to ${ID_LENGTH_MAX} letters, digits, colons, hyphens and underscores`,
    description: 'The same each time this mail is asked for',
  }),
  to: Type.String({ maxLength: EMAIL_LENGTH_MAX, description: 'The address of one mailbox' }),
  language: Type.String({
    pattern: '^[a-z]{2}$',
    [MESSAGE]: 'must be two letters, such as en',
    description: 'ISO 639-1; English if there are no texts in it',
  }),
}
const linked = Body({ username: Value, link: Link, expires_at: Timestamp })

const NewMailInput = Type.Union([
  Body({ ...common, kind: Type.Literal('email_verification'), values: linked }),
  Body({ ...common, kind: Type.Literal('password_reset'), values: linked }),
  Body({
    ...common,
    kind: Type.Literal('new_sign_in'),
    values: Body({ username: Value, client: Value, at: Timestamp }),
  }),
  Body({
    ...common,
    kind: Type.Literal('order_link'),
    values: Body({ order_id: Id, number: Type.Integer({ minimum: 1 }), guest: Type.Boolean() }),
  }),
  Body({
    ...common,
    kind: Type.Literal('withdrawal_receipt'),
    values: Body({
      name: Value,
      order_number: Value,
      goods: Type.String({
        maxLength: VALUE_LENGTH_MAX,
        description: 'Which goods; empty: all of the order',
      }),
      received_at: Timestamp,
    }),
  }),
])

const NewMails = Type.Array(NewMailInput, { minItems: 1, maxItems: MAILS_MAX })

/** Fails with `validation_failed` for an address that is none, and for a link that does not lead to the shop. */
export function newMailsOf(
  mails: Static<typeof NewMails>,
  publicUrl: string | undefined,
  at: string,
): readonly NewMail[] {
  return mails.map(({ id, to, language, kind, values }, i) => {
    const address = normalEmail(to)
    if (address === undefined) throw invalidField(`/mails/${i}/to`, 'must be the address of a mailbox')
    const isOurs =
      !('link' in values) ||
      publicUrl === undefined ||
      URL.parse(values.link)?.origin === new URL(publicUrl).origin
    if (!isOurs) throw invalidField(`/mails/${i}/values/link`, 'must begin with PUBLIC_URL of this service')
    const end = expiryOf(at)
    const expiresAt = 'expires_at' in values && values.expires_at < end ? values.expires_at : end
    return {
      ...{ id, kind, language: languageOf(language) },
      expiresAt: new Date(expiresAt).toISOString(),
      content: {
        to: address,
        values: 'order_id' in values ? linkValues(values.order_id, values.number, values.guest) : values,
      },
    }
  })
}

export const addMailsOperation = operation({
  operationId: 'addMails',
  summary: 'Take mails that are to be sent, each at least once',
  description:
    'Accepted when they are stored; they are sent afterwards. Those whose ids are known already are accepted and not sent again.',
  access: 'service',
  body: Body({ mails: NewMails }),
  response: {
    200: Type.Object({ accepted: Type.Integer({ description: 'How many were new' }) }),
  },
  problems: ['unauthenticated', ...BODY_PROBLEMS, 'store_unavailable', 'overloaded'],
})

const MailView = Type.Object({
  id: Type.String({ description: 'Of a mail of an event: the id of the event, which has that of the order' }),
  kind: Type.String({ examples: ['order_received'] }),
  language: Type.String(),
  state: Type.Enum(['sent', 'dead']),
  attempts: Type.Integer(),
  reason: NullableString({ description: 'Why it was given up' }),
  created_at: Timestamp,
  ended_at: Timestamp,
})

export const mailView = ({ id, kind, language, state, attempts, reason, createdAt, updatedAt }: Mail) => ({
  ...{ id, kind, language, state: state as 'sent' | 'dead', attempts, reason },
  ...{ created_at: createdAt, ended_at: updatedAt },
})

export const listMailsOperation = operation({
  operationId: 'listMails',
  summary: 'The last mails that were given up, or sent, newest first',
  description: 'Text and address of a mail are removed when it is over.',
  access: 'admin',
  querystring: Type.Object(
    {
      state: Type.Optional(Type.Enum(['dead', 'sent'], { default: 'dead' })),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT }),
      ),
    },
    { additionalProperties: false },
  ),
  response: { 200: Type.Object({ items: Type.Array(MailView) }) },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'store_unavailable'],
})
