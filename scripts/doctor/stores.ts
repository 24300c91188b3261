/**
 * Checks of the stores: is each intact, and of this version? Only such a store is opened, because opening migrates its
 * schema, which a check must not do.
 */
import { join } from 'node:path'
import { readConfig as readAuthConfig } from '@shop/auth_service/config'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { readConfig as readNotificationConfig } from '@shop/notification_service/config'
import { openStores as openNotificationStores } from '@shop/notification_service/storage/open_stores'
import { readConfig as readOrderConfig } from '@shop/order_service/config'
import type { Cases } from '@shop/order_service/domain/cases'
import type { OrderStore } from '@shop/order_service/domain/ports'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { readConfig as readPaymentConfig } from '@shop/payment_service/config'
import type { Stores as PaymentStores } from '@shop/payment_service/domain/ports'
import { openStores as openPaymentStores } from '@shop/payment_service/storage/open_stores'
import { readConfig as readProductConfig } from '@shop/product_service/config'
import type { Stores as ProductStores } from '@shop/product_service/domain/ports'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { NoDatabase } from '@shop/service_kit/mongo/unfit'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { lossOf } from '@shop/service_kit/sqlite/mark'
import { type Plan, plannedService } from '../plan.ts'
import { mayBeAbsent, type ServiceEntry } from '../services.ts'
import { inspectSqlite } from '../sqlite_inspection.ts'
import type { Check, Finding } from './findings.ts'

export type OpenStores = {
  readonly products: ProductStores | undefined
  readonly orders: OrderStore | undefined
  readonly cases: Cases | undefined
  readonly payments: PaymentStores | undefined
  /** Ids of orders whose payments cannot be read, as `unreadable`. */
  readonly unreadablePayments: ReadonlyMap<string, string>
  /** Ids of orders that cannot be read, with the reason; filled while orders are read. */
  readonly unreadable: ReadonlyMap<string, string>
  /** Undefined if it is unknown. */
  readonly ordersMadeAt: string | undefined
}

/** `running`: the services that answer on the ports of this machine. */
export async function checkStores(
  plan: Plan,
  running: readonly string[],
): Promise<Check & { open: OpenStores }> {
  const findings: Finding[] = []
  const inspected = plan.services.map(({ entry }) => ({ entry, found: inspectStore(plan, entry) }))
  for (const { found } of inspected) findings.push(...found.findings)
  // `npm run seed` creates only the product store. A start creates all stores.
  const absent = inspected.filter(({ found }) => found.absent)
  const started = inspected.find(({ entry, found }) => !found.absent && entry.name !== 'product_service')
  const lost = absent.filter(({ entry }) => !mayBeAbsent(plan.dataDir, entry))
  if (started) findings.push(...lost.map(({ entry }) => missing(plan, entry, started.entry)))
  const usable = (name: ServiceEntry['name']) =>
    inspected.some((s) => s.entry.name === name && s.found.usable)

  /** On MongoDB. */
  const neverMade = new Map<ServiceEntry['name'], Finding>()
  /** A store on MongoDB opens without its server; `check` says whether it can be used. */
  const attempt = async <T extends { close(): Promise<void> }>(
    name: ServiceEntry['name'],
    open: () => Promise<T>,
    check: (stores: T) => Promise<void>,
  ): Promise<T | undefined> => {
    if (!usable(name)) return undefined
    let opened: T | undefined
    try {
      opened = await open()
      await check(opened)
      return opened
    } catch (error) {
      await opened?.close()
      const finding = {
        problem: `The store of ${name} cannot be opened: ${(error as Error).message}`,
        remedy: 'Correct what the sentence names, and check again.',
      }
      if (error instanceof NoDatabase) neverMade.set(name, finding)
      else findings.push(finding)
      return undefined
    }
  }
  const accounts = await attempt(
    'auth_service',
    () =>
      openAuthStores(
        { ...readAuthConfig(plannedService(plan, 'auth_service').env), existing: true },
        { runtime: systemRuntime },
      ),
    (stores) => stores.check(),
  )
  const notifications = await attempt(
    'notification_service',
    () =>
      openNotificationStores(
        { ...readNotificationConfig(plannedService(plan, 'notification_service').env), existing: true },
        { runtime: systemRuntime },
      ),
    (stores) => stores.check(),
  )
  // No check reads them.
  await Promise.all([accounts?.close(), notifications?.close()])
  const products = await attempt(
    'product_service',
    () =>
      openProductStores(
        { ...readProductConfig(plannedService(plan, 'product_service').env), existing: true },
        { runtime: systemRuntime },
      ),
    (stores) => stores.check(),
  )
  const unreadable = new Map<string, string>()
  const ordering = await attempt(
    'order_service',
    () =>
      openOrderStores(
        { ...readOrderConfig(plannedService(plan, 'order_service').env), existing: true },
        { runtime: systemRuntime, unreadableOf: () => (id, why) => unreadable.set(id, why) },
      ),
    ({ orders }) => orders.check(),
  )
  const unreadablePayments = new Map<string, string>()
  const payments = await attempt(
    'payment_service',
    () =>
      openPaymentStores(
        { ...readPaymentConfig(plannedService(plan, 'payment_service').env), existing: true },
        { runtime: systemRuntime, unreadableOf: () => (id, why) => unreadablePayments.set(id, why) },
      ),
    (stores) => stores.payments.check(),
  )
  if (products && ordering) findings.push(...digitsMismatch('Prices', products.digits(), ordering.digits()))
  if (payments && ordering) findings.push(...digitsMismatch('Payments', payments.digits(), ordering.digits()))
  const made = inspected.filter(({ found }) => found.usable).length - neverMade.size
  // The same as on SQLite.
  for (const name of ['notification_service', 'payment_service'] as const) neverMade.delete(name)
  if (accounts || ordering) findings.push(...neverMade.values())
  const atWork = plan.services.map(({ entry }) => entry.name).filter((name) => running.includes(name))
  if (made === 0 && findings.length === 0 && atWork.length > 0) findings.push(elsewhere(plan, atWork))
  const summary = made === 0 ? 'none yet; the first start creates them' : `${made} intact and of this version`
  const madeAt = inspected.find(({ entry }) => entry.name === 'order_service')?.found.madeAt
  const ordersMadeAt = madeAt ?? (await ordering?.madeAt?.().catch(() => undefined))?.toISOString()
  const open = {
    ...{ products, orders: ordering?.orders, cases: ordering?.cases, unreadable, ordersMadeAt },
    ...{ payments, unreadablePayments },
  }
  return { name: 'Stores', summary, findings, open }
}

/** The services compare amounts by value. With other digits, amounts that only one of them can write never agree. */
const digitsMismatch = (what: string, digits: number, orders: number): Finding[] =>
  digits === orders
    ? []
    : [
        {
          problem: `${what} have ${digits} digits after the point, but the amounts of orders have ${orders}.`,
          remedy:
            'One of the stores was created anew: restore its last backup or, if it is empty, create it again with CURRENCY_DIGITS set to the digits of the other.',
        },
      ]

type StoreState = {
  readonly usable: boolean
  readonly absent?: boolean
  readonly madeAt?: string | undefined
  readonly findings: readonly Finding[]
}

const FROM_BACKUP = 'Stop the shop, keep a copy of the file, and restore the last backup (`npm run restore`).'

const missing = ({ dataDir }: Plan, { databaseFile }: ServiceEntry, other: ServiceEntry): Finding => ({
  problem: `There is no ${join(dataDir, databaseFile)}, though the shop has been started here: there is ${other.databaseFile}.`,
  remedy:
    'Restore the last backup (`npm run restore`). If nothing was ever sold, the next start creates an empty store.',
})

/** A service makes its store before it listens. */
const elsewhere = ({ dataDir, databaseUrl }: Plan, atWork: readonly string[]): Finding => ({
  problem: `${atWork.join(', ')} run${atWork.length === 1 ? 's' : ''}, but there is no store ${databaseUrl === undefined ? `in ${dataDir}` : 'on the server of DATABASE_URL'}: the shop that runs here has others.`,
  remedy: 'Run this command with the environment of that shop: its DATABASE_URL, or its DATA_DIR.',
})

function inspectStore(
  { dataDir, databaseUrl }: Plan,
  { name, databaseFile, migrations }: ServiceEntry,
): StoreState {
  if (databaseUrl !== undefined && !databaseUrl.startsWith('sqlite:')) return { usable: true, findings: [] }
  const path = join(dataDir, databaseFile)
  const lost = lossOf(path)
  if (lost) return refuse(lost.problem, lost.remedy)
  const inspection = inspectSqlite(path, migrations)
  if (inspection.state === 'absent') return { usable: false, absent: true, findings: [] }
  if (inspection.state === 'unreadable') {
    return refuse(
      `${path} cannot be read: ${inspection.reason}.`,
      inspection.damaged ? FROM_BACKUP : 'Check who owns it, and that this user may read it.',
    )
  }
  const { damages, pending, unknown, madeAt } = inspection
  if (damages.length > 0) {
    return refuse(`${path} is damaged: ${damages.join('; ')}.`, FROM_BACKUP)
  }
  if (unknown.length > 0) {
    return refuse(
      `${path} was written by a newer version or another service: it has ${unknown.join(', ')}.`,
      'Run the version of the shop that wrote it.',
    )
  }
  if (pending.length > 0) {
    return refuse(
      `${path} is of an older version: it lacks ${pending.join(', ')}.`,
      `Keep a copy of it, then start the shop: ${name} migrates it.`,
    )
  }
  return { usable: true, madeAt, findings: [] }
}

const refuse = (problem: string, remedy: string): StoreState => ({
  usable: false,
  findings: [{ problem, remedy }],
})
