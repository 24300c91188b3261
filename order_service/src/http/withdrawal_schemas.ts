/** The operations on withdrawals, and their JSON. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import {
  Body,
  Id,
  IdempotencyHeaders,
  NullableString,
  Timestamp,
  Version,
} from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import type { Case } from '../domain/cases.ts'
import { CLOSE_RESULTS, type CloseResult } from '../domain/handle_withdrawals.ts'
import {
  GOODS_LENGTH_MAX,
  NAME_LENGTH_MAX,
  ORDER_NUMBER_LENGTH_MAX,
  RECEIPT_MAILS,
  type ReceiptMail,
  WITHDRAWAL_CHANGES,
  WITHDRAWAL_STATES,
  type WithdrawalChange,
  type WithdrawalState,
} from '../domain/withdrawals.ts'
import { LanguageView } from './checkout_views.ts'
import { Email } from './place_order_schemas.ts'
import { PROBLEMS } from './problems.ts'
import { NOTE_LENGTH_MAX } from './return_schemas.ts'

const operation = operationsOf(PROBLEMS, 'withdrawals')

const State = Type.Unsafe<WithdrawalState>({ type: 'string', enum: [...WITHDRAWAL_STATES] })

const STATEMENT = {
  id: Id,
  order_number: Type.String(),
  name: Type.String(),
  email: Type.String(),
  goods: NullableString({ description: 'Which goods; null: all of the order' }),
  received_at: Timestamp,
}
const DeclaredView = Type.Object({
  ...STATEMENT,
  mailed: Type.Boolean({ description: 'The receipt is mailed; false in a shop that sends no mails' }),
})

export const statementView = ({ id, body: { statement }, createdAt }: Case<'withdrawal'>) => ({
  ...{ id, order_number: statement.orderNumber, name: statement.name, email: statement.email },
  ...{ goods: statement.goods ?? null, received_at: createdAt },
})

const WithdrawalView = Type.Object({
  ...STATEMENT,
  language: Type.String(),
  state: {
    ...State,
    description:
      'open: an admin decides: it matches no order, names some goods only, or is one of many in a day',
  },
  order_id: NullableString({ format: 'uuid', description: 'The order with this number' }),
  matched: Type.Boolean({ description: 'Number and e-mail address are those of the order' }),
  late: Type.Boolean({ description: 'After WITHDRAWAL_DAYS; it is recorded and carried out all the same' }),
  return_id: NullableString({ format: 'uuid', description: 'The return that it opened' }),
  receipt: Type.Unsafe<ReceiptMail>({ type: 'string', enum: [...RECEIPT_MAILS] }),
  note: NullableString({ description: 'Of the admin who closed it' }),
  version: Type.Integer({ description: 'For closing several at once' }),
  history: Type.Array(
    Type.Object({
      type: Type.Unsafe<WithdrawalChange>({ type: 'string', enum: [...WITHDRAWAL_CHANGES] }),
      at: Timestamp,
      by: Type.String({ description: 'A user id, or `system`' }),
    }),
  ),
})

export function withdrawalView(found: Case<'withdrawal'>, late: boolean): Static<typeof WithdrawalView> {
  const { body, state } = found
  return {
    ...{ ...statementView(found), language: body.statement.language, state: state as WithdrawalState, late },
    ...{ order_id: body.orderId ?? null, matched: body.isMatched, return_id: body.returnId ?? null },
    ...{ receipt: body.mail, note: body.note ?? null, version: found.version },
    history: body.history.map(({ type, at, by }) => ({ type, at, by })),
  }
}

export const addWithdrawalOperation = operation({
  operationId: 'addWithdrawal',
  summary: 'Withdraw from a contract: no account and no reason is needed',
  description:
    'The statement is recorded with date and time, and a receipt is sent to the address. The answer is the same whether or not there is such an order.',
  access: 'public',
  headers: IdempotencyHeaders,
  body: Body({
    order_number: TextInput('line', { maxLength: ORDER_NUMBER_LENGTH_MAX }),
    name: TextInput('line', { maxLength: NAME_LENGTH_MAX }),
    email: { ...Email, description: 'The receipt goes there' },
    goods: Type.Optional(
      TextInput('note', {
        maxLength: GOODS_LENGTH_MAX,
        description: 'Which goods; without it, all of the order',
      }),
    ),
    language: Type.Optional({ ...LanguageView, description: 'Of the receipt; en without it' }),
  }),
  response: { 201: DeclaredView },
  problems: [...BODY_PROBLEMS, 'too_many_withdrawals', 'overloaded', 'store_unavailable', 'internal_error'],
})

export const listWithdrawalsOperation = operation({
  operationId: 'listWithdrawals',
  summary: 'Withdrawals, newest first',
  access: 'admin',
  querystring: Type.Object({ ...PageQuery, state: Type.Optional(State) }, { additionalProperties: false }),
  response: { 200: PageOf(WithdrawalView) },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'malformed_cursor', 'store_unavailable'],
})

export const CLOSED_AT_ONCE_MAX = 100

export const changeWithdrawalsOperation = operation({
  operationId: 'changeWithdrawals',
  summary: 'Close several withdrawals, such as junk',
  description:
    'Each at the version that was seen; what has changed since then, or is done, stays as it is. Their receipts are sent all the same.',
  access: 'admin',
  body: Body({
    state: Type.Enum(['done']),
    items: Type.Array(Body({ id: Id, version: Version }), { minItems: 1, maxItems: CLOSED_AT_ONCE_MAX }),
    note: Type.Optional(TextInput('note', { maxLength: NOTE_LENGTH_MAX, description: 'For admins' })),
  }),
  response: {
    200: Type.Object({
      items: Type.Array(
        Type.Object({
          id: Id,
          result: Type.Unsafe<CloseResult>({ type: 'string', enum: [...CLOSE_RESULTS] }),
        }),
      ),
    }),
  },
  problems: [...ADMIN_PROBLEMS, ...BODY_PROBLEMS, 'version_conflict', 'store_unavailable', 'overloaded'],
})

export const changeWithdrawalOperation = operation({
  operationId: 'changeWithdrawal',
  summary: 'Close a withdrawal that was dealt with',
  access: 'admin',
  params: Type.Object({ id: Id }),
  body: Body({
    state: Type.Enum(['done']),
    note: Type.Optional(TextInput('note', { maxLength: NOTE_LENGTH_MAX, description: 'For admins' })),
  }),
  response: { 200: WithdrawalView },
  problems: [
    ...ADMIN_PROBLEMS,
    ...BODY_PROBLEMS,
    'withdrawal_not_found',
    'version_conflict',
    'store_unavailable',
    'overloaded',
  ],
})
