/** Erasing of personal fields, as tasks of the retention: one replica at a time makes them, every hour. */
import type { ServiceClient } from '@shop/service_kit/calls/service_client'
import { firstIds } from '@shop/service_kit/runtime/log'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Kept } from '@shop/service_kit/storage/start_retention'
import type { Logger } from 'pino'
import { createErasePayments } from './clients/payment_erasures.ts'
import { createOrdersToErase, createWithdrawalsToErase } from './domain/erase_orders.ts'
import { createErasureMarks } from './domain/erasures.ts'
import type { Stores } from './domain/ports.ts'

export type ErasingOptions = {
  readonly stores: Pick<Stores, 'orders' | 'cases' | 'erasures' | 'personal'>
  readonly paymentService: Pick<ServiceClient, 'post'>
  /** ORDERS_KEEP_PERSONAL_DAYS */
  readonly days: number
  readonly runtime: Pick<Runtime, 'now'>
  readonly logger: Pick<Logger, 'warn'>
}

export function erasing({ stores, paymentService, days, runtime, logger }: ErasingOptions): readonly Kept[] {
  const { now } = runtime
  const { personal, cases } = stores
  const report = (err: unknown, orderIds: readonly string[]) =>
    logger.warn(
      { err, order_ids: firstIds(orderIds), orders: orderIds.length },
      'payments could not be erased, so their orders wait for the next hour',
    )
  const erasePayments = createErasePayments(paymentService)
  return [
    { days: 0, sources: [createErasureMarks({ ...stores, now })], archived: false },
    {
      days,
      sources: [
        createOrdersToErase({ personal, cases, erasePayments, now, report }),
        createWithdrawalsToErase({ cases, now }),
      ],
      archived: false,
    },
  ]
}
