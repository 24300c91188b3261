/**
 * The withdrawal from a contract, for anyone (domain/withdrawals.ts), and the admins' list of them.
 *
 * A thousand strangers fill no store and have no mails sent: statements are counted by client and together, as long as the process lives;
 * receipts are counted by address in the store (RECEIPTS_OF_ADDRESS_MAX).
 */
import { createHash } from 'node:crypto'
import { addressPrefix } from '@shop/service_kit/http/addresses'
import type { App } from '@shop/service_kit/http/app_types'
import {
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
} from '@shop/service_kit/http/paging'
import { principalOf } from '@shop/service_kit/identity/access'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Case } from '../domain/cases.ts'
import { closeWithdrawal, declareWithdrawal, type WithdrawalPorts } from '../domain/handle_withdrawals.ts'
import type { OrderStore } from '../domain/ports.ts'
import { isLate } from '../domain/withdrawals.ts'
import { createWindow } from './window.ts'
import {
  addWithdrawalOperation,
  changeWithdrawalOperation,
  listWithdrawalsOperation,
  statementView,
  withdrawalView,
} from './withdrawal_schemas.ts'

/** Statements of one client address, and of all, in an hour and one replica. */
export const WITHDRAWALS_OF_CLIENT_MAX = 20
export const WITHDRAWALS_MAX = 2_000
const HOUR_MS = 60 * 60_000

export type WithdrawalRoutesDeps = {
  readonly ports: Omit<WithdrawalPorts, 'digest'>
  readonly orders: Pick<OrderStore, 'find'>
  /** WITHDRAWAL_DAYS. */
  readonly days: number
  readonly onDue: () => void
  /** Receipts are mailed. */
  readonly mails: boolean
  readonly runtime: Pick<Runtime, 'monotonic'>
}

const newestFirst: CursorList = { name: 'withdrawals', key: ['id'] }
const digest = (text: string) => createHash('sha256').update(text).digest('base64url')

export function withdrawalRoutes({ ports, orders, days, onDue, mails, runtime }: WithdrawalRoutesDeps) {
  const limits = { windowMs: HOUR_MS, ofOneMax: WITHDRAWALS_OF_CLIENT_MAX, max: WITHDRAWALS_MAX }
  const count = createWindow(runtime, limits)
  const view = async (found: Case<'withdrawal'>) => {
    const { orderId } = found.body
    const order = orderId === undefined ? undefined : (await orders.find(orderId))?.order
    return withdrawalView(found, order !== undefined && isLate(order, found.createdAt, days))
  }
  return async (app: App) => {
    app.post('/withdrawals', addWithdrawalOperation, async (request, reply) => {
      const { order_number, name, email, goods, language = 'en' } = request.body
      count(addressPrefix(request.ip ?? ''))
      const statement = {
        ...{ orderNumber: order_number.toWellFormed(), name: name.toWellFormed(), email },
        ...{ goods: goods?.toWellFormed(), language },
      }
      const { stored, replayed } = await declareWithdrawal(
        { ...ports, digest },
        statement,
        request.headers['idempotency-key'],
      )
      onDue()
      if (replayed) reply.header('idempotent-replayed', 'true')
      reply.code(201).header('cache-control', 'no-store')
      return { ...statementView(stored), mailed: mails }
    })

    app.get('/withdrawals', listWithdrawalsOperation, async (request) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, state } = request.query
      const [before] = (decodeCursor(cursor, newestFirst) ?? []) as [string?]
      const found = await ports.cases.list('withdrawal', { state, before, limit: limit + 1 })
      const items = found.slice(0, limit)
      return {
        items: await Promise.all(items.map(view)),
        next_cursor: found.length > limit ? encodeCursor([items.at(-1)!.id], newestFirst) : null,
      }
    })

    app.put('/withdrawals/:id', changeWithdrawalOperation, async (request) => {
      const { note } = request.body
      return view(await closeWithdrawal(ports, principalOf(request), request.params.id, note?.toWellFormed()))
    })
  }
}
