/** The variables of order_service; the README's table is made from their descriptions. */
import {
  CommonConfig,
  CurrencyConfig,
  CurrencyDigitsConfig,
  DatabaseUrlConfig,
  OperationsConfig,
  PortConfig,
  readConfig,
} from '@shop/service_kit/runtime/config'
import Type, { type Static } from 'typebox'
import { DATABASE_FILE } from './storage/open_stores.ts'

export const OrderConfig = Type.Object({
  ...CommonConfig,
  PORT: PortConfig(5002),
  ...OperationsConfig,
  DATABASE_URL: DatabaseUrlConfig(DATABASE_FILE),
  CURRENCY: CurrencyConfig,
  CURRENCY_DIGITS: CurrencyDigitsConfig,
})
export type OrderConfig = Readonly<Static<typeof OrderConfig>>

export const readOrderConfig = (env: NodeJS.ProcessEnv): OrderConfig => readConfig(OrderConfig, env)
