/**
 * The withdrawal from a contract, for anyone (domain/withdrawals.ts), and the admins' list of them.
 *
 * A thousand strangers fill no store and have no mails sent: statements are counted by client and together, as long as the process lives;
 * receipts are counted by address in the store (RECEIPTS_OF_ADDRESS_MAX). Who has proved to be the buyer is counted by order, apart from them.
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
import type { OrderTokens } from '@shop/service_kit/identity/order_tokens'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Case } from '../domain/cases.ts'
import {
  closeSeen,
  closeWithdrawal,
  declareWithdrawal,
  type WithdrawalPorts,
} from '../domain/handle_withdrawals.ts'
import type { OrderStore } from '../domain/ports.ts'
import { isLate } from '../domain/withdrawals.ts'
import { createWindow } from './window.ts'
import { provenOrder } from './withdrawal_proof.ts'
import {
  addWithdrawalOperation,
  changeWithdrawalOperation,
  changeWithdrawalsOperation,
  listWithdrawalsOperation,
  statementView,
  withdrawalView,
} from './withdrawal_schemas.ts'

/** Statements of one client address, and of all, in an hour and one replica. */
export const WITHDRAWALS_OF_CLIENT_MAX = 20
export const WITHDRAWALS_MAX = 2_000
/** Of one order by its buyer, and of all buyers. */
export const PROVEN_OF_ORDER_MAX = 5
export const PROVEN_MAX = 20_000
const HOUR_MS = 60 * 60_000

export type WithdrawalRoutesDeps = {
  readonly ports: Omit<WithdrawalPorts, 'digest'>
  readonly orders: Pick<OrderStore, 'find' | 'findByNumber'>
  readonly orderTokens: OrderTokens
  /** WITHDRAWAL_DAYS. */
  readonly days: number
  readonly onDue: () => void
  /** Receipts are mailed. */
  readonly mails: boolean
  readonly runtime: Pick<Runtime, 'monotonic'>
}

const newestFirst: CursorList = { name: 'withdrawals', key: ['id'] }
const digest = (text: string) => createHash('sha256').update(text).digest('base64url')

export function withdrawalRoutes(deps: WithdrawalRoutesDeps) {
  const { ports, orders, orderTokens, days, onDue, mails, runtime } = deps
  const count = createWindow(runtime, {
    ...{ windowMs: HOUR_MS, ofOneMax: WITHDRAWALS_OF_CLIENT_MAX, max: WITHDRAWALS_MAX },
  })
  const countProven = createWindow(runtime, {
    ...{ windowMs: HOUR_MS, ofOneMax: PROVEN_OF_ORDER_MAX, max: PROVEN_MAX },
  })
  const view = async (found: Case<'withdrawal'>) => {
    const { orderId } = found.body
    const order = orderId === undefined ? undefined : (await orders.find(orderId))?.order
    return withdrawalView(found, order !== undefined && isLate(order, found.createdAt, days))
  }
  return async (app: App) => {
    app.post('/withdrawals', addWithdrawalOperation, async (request, reply) => {
      const { order_number, name, email, goods, language = 'en' } = request.body
      const proven = await provenOrder({ orders, orderTokens }, request, order_number)
      if (proven === undefined) count(addressPrefix(request.ip ?? ''))
      else countProven(proven)
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

    app.put('/withdrawals', changeWithdrawalsOperation, async (request) => {
      const { items, note } = request.body
      const admin = principalOf(request)
      const text = note?.toWellFormed()
      return { items: await Promise.all(items.map((each) => closeSeen(ports, admin, each, text))) }
    })

    app.put('/withdrawals/:id', changeWithdrawalOperation, async (request) => {
      const { note } = request.body
      return view(await closeWithdrawal(ports, principalOf(request), request.params.id, note?.toWellFormed()))
    })
  }
}
