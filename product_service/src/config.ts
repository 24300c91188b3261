/** The variables of product_service; docs/configuration.md is made from their descriptions. */
import { readEnvironment } from '@shop/service_kit/runtime/config'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import {
  CommonConfig,
  CurrencyConfig,
  CurrencyDigitsConfig,
  DatabaseUrlConfig,
  NotificationUrlConfig,
  OperationsConfig,
  PORT_MAX,
  PortConfig,
  TrustedProxiesConfig,
} from '@shop/service_kit/runtime/variables'
import { ArchiveConfig, RetainDaysConfig, requireArchive } from '@shop/service_kit/storage/retention_config'
import { MediaConfig, requireMedia } from './storage/open_media_files.ts'
import { DATABASE_FILE } from './storage/open_stores.ts'

export const SERVICE = 'product_service'

export const ConfigSchema = Type.Object({
  ...CommonConfig,
  PORT: PortConfig(5001),
  ...OperationsConfig,
  INTERNAL_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: PORT_MAX,
      description: 'Serve /internal on this port alone, which need not be reachable from outside',
    }),
  ),
  DATABASE_URL: DatabaseUrlConfig(DATABASE_FILE),
  CURRENCY: CurrencyConfig,
  CURRENCY_DIGITS: CurrencyDigitsConfig,
  TRUSTED_PROXIES: TrustedProxiesConfig,
  NOTIFICATION_URL: NotificationUrlConfig,
  REQUIRE_VERSION: Type.Boolean({
    default: false,
    description: 'Refuse changes of a product that name no version (428)',
  }),
  LEDGER_CHECK_INTERVAL_MS: Type.Integer({
    default: 15 * 60_000,
    minimum: 1_000,
    maximum: 24 * 60 * 60_000,
    description: 'Time between two comparisons of stock with its ledger, in the background',
  }),
  MEDIA_UNUSED_DAYS: Type.Integer({
    default: 7,
    minimum: 1,
    maximum: 36_500,
    description: 'Days after which a picture is removed that no product or group shows',
  }),
  ...MediaConfig,
  ...ArchiveConfig,
  RETAIN_MOVEMENTS_DAYS: RetainDaysConfig(
    'movements of stock are archived and replaced by an opening balance, and the keys of adjustments forgotten',
  ),
  RETAIN_RESERVATIONS_DAYS: RetainDaysConfig(
    'reservations that never held anything are archived and removed',
  ),
})

export type Config = Readonly<Static<typeof ConfigSchema>>

/** Fails with ConfigError. */
export const readConfig = (env: NodeJS.ProcessEnv): Config =>
  requireMedia(requireArchive(readEnvironment(ConfigSchema, env)))
