/** The variables of notification_service; docs/configuration.md is made from their descriptions. */
import { readEnvironment } from '@shop/service_kit/runtime/config'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import {
  CommonConfig,
  DatabaseUrlConfig,
  OperationsConfig,
  PortConfig,
} from '@shop/service_kit/runtime/variables'
import { DATABASE_FILE } from './storage/open_stores.ts'

export const SERVICE = 'notification_service'

/** Longer than any delivery of a webhook is tried. */
const EVENTS_DAYS_MIN = 7

export const ConfigSchema = Type.Object({
  ...CommonConfig,
  PORT: PortConfig(5004),
  ...OperationsConfig,
  DATABASE_URL: DatabaseUrlConfig(DATABASE_FILE),
  EVENTS_KEPT_DAYS: Type.Integer({
    default: 90,
    minimum: EVENTS_DAYS_MIN,
    maximum: 36_500,
    description: 'Days that an event stays in the log, for readers that were away',
  }),
  WEBHOOK_ALLOW_PRIVATE: Type.Boolean({
    default: false,
    description: 'For development: webhooks may be called by http and at addresses that are not public',
  }),
  EVENT_SOURCE: Type.String({
    default: 'urn:shop',
    minLength: 1,
    description: 'The `source` of events that are delivered (CloudEvents), such as the address of the shop',
  }),
})
export type Config = Readonly<Static<typeof ConfigSchema>>

/** Throws ConfigError. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readEnvironment(ConfigSchema, env)
