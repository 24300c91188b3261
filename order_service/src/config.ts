/** The variables of order_service; docs/configuration.md is made from their descriptions. */
import { readEnvironment } from '@shop/service_kit/runtime/config'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import {
  CommonConfig,
  CurrencyConfig,
  CurrencyDigitsConfig,
  DatabaseUrlConfig,
  NotificationUrlConfig,
  OperationsConfig,
  PortConfig,
  TrustedProxiesConfig,
} from '@shop/service_kit/runtime/variables'
import { ArchiveConfig, RetainDaysConfig, requireArchive } from '@shop/service_kit/storage/retention_config'
import { DATABASE_FILE } from './storage/open_stores.ts'

export const SERVICE = 'order_service'

/** Almost eleven years: invoices are kept for up to ten, which begin at the end of a year. */
export const KEEP_PERSONAL_DAYS_DEFAULT = 4_000

export const ConfigSchema = Type.Object({
  ...CommonConfig,
  PORT: PortConfig(5002),
  ...OperationsConfig,
  DATABASE_URL: DatabaseUrlConfig(DATABASE_FILE),
  NOTIFICATION_URL: NotificationUrlConfig,
  CURRENCY: CurrencyConfig,
  CURRENCY_DIGITS: CurrencyDigitsConfig,
  TRUSTED_PROXIES: TrustedProxiesConfig,
  PAYMENTS: Type.Enum(['off', 'optional', 'required'], {
    default: 'off',
    description:
      'off: orders go on without money. optional: those with a quote are paid through payment_service. required: there are no others',
  }),
  PAYMENT_METHODS: Type.String({
    default: 'card',
    pattern: '^(card|invoice|cash)(,(card|invoice|cash))*$',
    [MESSAGE]: 'must be some of card, invoice, cash, with commas between them',
    description: 'Ways of paying that are offered, with commas between them',
  }),
  PAYMENT_URL: Type.String({
    default: 'http://127.0.0.1:5003',
    pattern: '^https?://',
    [MESSAGE]: 'must begin with http:// or https://',
    description: 'payment_service; it is called for orders that are paid, and may be down',
  }),
  WITHDRAWAL_DAYS: Type.Integer({
    default: 14,
    minimum: 0,
    maximum: 3_650,
    description:
      'Days after delivery within which a contract can be withdrawn from; admins see which withdrawals came later. None is refused',
  }),
  ORDERS_KEEP_PERSONAL_DAYS: Type.Integer({
    default: KEEP_PERSONAL_DAYS_DEFAULT,
    minimum: 0,
    maximum: 36_500,
    description:
      'Days after the end of an order until its names, addresses and texts are erased, if its account was deleted or a guest placed it. The least is a day. Amounts stay',
  }),
  ...ArchiveConfig,
  RETAIN_ENDED_ORDERS_DAYS: RetainDaysConfig('rejected and cancelled orders are archived and removed'),
  RETAIN_WITHDRAWALS_DAYS: RetainDaysConfig('withdrawals that are done are archived and removed'),
})
export type Config = Readonly<Static<typeof ConfigSchema>>

/** Throws ConfigError. */
export const readConfig = (env: NodeJS.ProcessEnv): Config =>
  requireArchive(readEnvironment(ConfigSchema, env))
