/**
 * The processes of a shop, as data. `npm start` runs each of them, checks its port and configuration, passes its
 * address to the others, and restarts it if it exits.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig as readAuthConfig } from '@shop/auth_service/config'
import { acceptPassword } from '@shop/auth_service/domain/passwords'
import { isUsername } from '@shop/auth_service/domain/usernames'
import { MIGRATIONS as AUTH_MIGRATIONS } from '@shop/auth_service/storage/sqlite_migrations'
import { readConfig as readNotificationConfig } from '@shop/notification_service/config'
import { MIGRATIONS as NOTIFICATION_MIGRATIONS } from '@shop/notification_service/storage/sqlite_migrations'
import { readConfig as readOrderConfig } from '@shop/order_service/config'
import { MIGRATIONS as ORDER_MIGRATIONS } from '@shop/order_service/storage/sqlite_migrations'
import { readConfig as readPaymentConfig } from '@shop/payment_service/config'
import { MIGRATIONS as PAYMENT_MIGRATIONS } from '@shop/payment_service/storage/sqlite_migrations'
import { readConfig as readProductConfig } from '@shop/product_service/config'
import { MIGRATIONS as PRODUCT_MIGRATIONS } from '@shop/product_service/storage/sqlite_migrations'
import { ConfigError } from '@shop/service_kit/runtime/config'
import { wasMade } from '@shop/service_kit/sqlite/mark'
import { readConfig as readStorefrontConfig } from '@shop/storefront/config'
import { BUNDLES } from './build/bundles.ts'
import type { Style } from './start/log_lines.ts'

/** The services of release 1.0. */
export type FirstService = 'auth_service' | 'product_service' | 'order_service'
export type ServiceName = FirstService | 'notification_service' | 'payment_service'

/** Anything `npm start` runs. */
export type ProcessEntry = {
  readonly name: ServiceName | 'storefront' | 'payment_simulator' | 'mailbox'
  /** Prefix of its log lines; all have the same width. */
  readonly label: string
  readonly style: Style
  readonly portVariable: string
  readonly defaultPort: number
  /** It has no operations port. */
  readonly withoutOperations?: true
  /** It listens on this machine alone, whatever HOST says. */
  readonly onLoopback?: true
  /** What Node runs; npm start builds it when it is old. */
  readonly main: string
  /** A path that needs a token, for services that check tokens. */
  readonly authenticatedPath?: string
  /** Throws ConfigError. */
  readonly readConfig: (env: NodeJS.ProcessEnv) => unknown
  /** Checks what the service checks only at its first start on a data folder. Rejects with ConfigError. */
  readonly checkFirstStart?: (env: NodeJS.ProcessEnv) => Promise<void>
}

export type ServiceEntry = ProcessEntry & {
  readonly name: ServiceName
  /** The variable that gives its address to the others. */
  readonly urlVariable: string
  /** Its SQLite file under DATA_DIR, unless it uses MongoDB. */
  readonly databaseFile: string
  /** The folder of the migrations of that file. */
  readonly migrations: URL
  /** Shops of release 1.0, and their backups, have no store of it. Its first start makes an empty one. */
  readonly addedLater?: true
  /** `npm start` runs it unless this variable is `off`. Commands know its store in any case. */
  readonly startedBy?: 'PAYMENTS'
}

async function checkFirstAdmin(env: NodeJS.ProcessEnv): Promise<void> {
  const { ADMIN_USERNAME, ADMIN_PASSWORD } = readAuthConfig(env)
  if (ADMIN_USERNAME === undefined || ADMIN_PASSWORD === undefined) return
  if (!isUsername(ADMIN_USERNAME)) throw new ConfigError(['ADMIN_USERNAME is not one that can be registered'])
  // The list of common passwords is large, and only a first start needs it.
  const { createPasswordChecks } = await import('@shop/auth_service/crypto/password_checks')
  await acceptPassword(ADMIN_PASSWORD, ADMIN_USERNAME, createPasswordChecks()).catch((error) => {
    throw new ConfigError([`ADMIN_PASSWORD cannot be used: ${error.message.replace(/\.$/, '')}`])
  })
}

/** A service comes before the services that call it. They are stopped in reverse order. */
export const SERVICES: readonly ServiceEntry[] = [
  {
    name: 'auth_service',
    label: 'auth   ',
    style: 'cyan',
    portVariable: 'AUTH_PORT',
    defaultPort: 5000,
    urlVariable: 'AUTH_URL',
    main: BUNDLES.pathOf('auth_service'),
    databaseFile: 'auth.db',
    migrations: AUTH_MIGRATIONS,
    readConfig: readAuthConfig,
    checkFirstStart: checkFirstAdmin,
  },
  {
    name: 'product_service',
    label: 'product',
    style: 'magenta',
    portVariable: 'PRODUCT_PORT',
    defaultPort: 5001,
    urlVariable: 'PRODUCT_URL',
    main: BUNDLES.pathOf('product_service'),
    authenticatedPath: '/products/00000000-0000-7000-8000-000000000000/stock_movements',
    databaseFile: 'products.db',
    migrations: PRODUCT_MIGRATIONS,
    readConfig: readProductConfig,
  },
  {
    name: 'notification_service',
    label: 'notify ',
    style: 'yellow',
    portVariable: 'NOTIFICATION_PORT',
    defaultPort: 5004,
    urlVariable: 'NOTIFICATION_URL',
    main: BUNDLES.pathOf('notification_service'),
    authenticatedPath: '/events',
    databaseFile: 'notifications.db',
    addedLater: true,
    migrations: NOTIFICATION_MIGRATIONS,
    readConfig: readNotificationConfig,
  },
  {
    name: 'payment_service',
    label: 'payment',
    style: 'yellow',
    portVariable: 'PAYMENT_PORT',
    defaultPort: 5003,
    urlVariable: 'PAYMENT_URL',
    main: BUNDLES.pathOf('payment_service'),
    authenticatedPath: '/audit/payments',
    databaseFile: 'payments.db',
    addedLater: true,
    startedBy: 'PAYMENTS',
    migrations: PAYMENT_MIGRATIONS,
    readConfig: readPaymentConfig,
  },
  {
    name: 'order_service',
    label: 'order  ',
    style: 'blue',
    portVariable: 'ORDER_PORT',
    defaultPort: 5002,
    urlVariable: 'ORDER_URL',
    main: BUNDLES.pathOf('order_service'),
    authenticatedPath: '/orders',
    databaseFile: 'orders.db',
    migrations: ORDER_MIGRATIONS,
    readConfig: readOrderConfig,
  },
]

export const isStarted = ({ startedBy }: ServiceEntry, env: NodeJS.ProcessEnv): boolean =>
  startedBy === undefined || env[startedBy] !== 'off'

/** May a folder lack its file? Not one in which a store of it was ever made. */
export const mayBeAbsent = (folder: string, { addedLater, databaseFile }: ServiceEntry): boolean =>
  addedLater === true && !existsSync(join(folder, databaseFile)) && !wasMade(join(folder, databaseFile))

/** Calls the services and stores nothing. Only visitors call it. */
export const STOREFRONT: ProcessEntry = {
  name: 'storefront',
  label: 'pages  ',
  style: 'green',
  portVariable: 'STOREFRONT_PORT',
  defaultPort: 8080,
  main: BUNDLES.pathOf('storefront'),
  readConfig: readStorefrontConfig,
}

/** The payment provider of `npm start`, with play money. payment_service and the browsers of buyers call it. */
export const SIMULATOR: ProcessEntry = {
  name: 'payment_simulator',
  label: 'play   ',
  style: 'gray',
  portVariable: 'SIMULATOR_PORT',
  defaultPort: 5005,
  withoutOperations: true,
  main: BUNDLES.pathOf('payment_simulator'),
  readConfig: () => undefined,
}

/** Unless there are no payments, or another provider. Production has no play money. */
export const isSimulated = (env: NodeJS.ProcessEnv): boolean =>
  env.PAYMENTS !== 'off' &&
  !env.STRIPE_API_URL &&
  (env.PAYMENT_PROVIDER === 'simulator' ||
    (env.PAYMENT_PROVIDER === undefined && env.NODE_ENV !== 'production'))

/** Where mails of `npm start` end. Its second port speaks SMTP. */
export const MAILBOX: ProcessEntry = {
  name: 'mailbox',
  label: 'mailbox',
  style: 'gray',
  portVariable: 'MAILBOX_PORT',
  defaultPort: 8025,
  withoutOperations: true,
  onLoopback: true,
  main: BUNDLES.pathOf('mailbox'),
  readConfig: () => undefined,
}
export const MAILBOX_SMTP = { portVariable: 'MAILBOX_SMTP_PORT', defaultPort: 2525 }

/** Unless mails are sent by a server. */
export const hasMailbox = (env: NodeJS.ProcessEnv): boolean =>
  !env.SMTP_URL && !env.SMTP_URL_FILE && env.MAILBOX !== 'off' && env.NODE_ENV !== 'production'
