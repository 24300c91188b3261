/** The variables of notification_service; docs/configuration.md is made from their descriptions. */
import { ConfigError, readEnvironment } from '@shop/service_kit/runtime/config'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import {
  CommonConfig,
  DatabaseUrlConfig,
  OperationsConfig,
  PortConfig,
} from '@shop/service_kit/runtime/variables'
import { normalEmail } from './domain/mail.ts'
import { DATABASE_FILE } from './storage/open_stores.ts'

export const SERVICE = 'notification_service'

/** Longer than any delivery of a webhook is tried. */
const EVENTS_DAYS_MIN = 7
/** Longer than another service repeats a mail, and than an event is mailed: ids are known until then. */
const MAILS_DAYS_MIN = 7

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
  SMTP_URL: Type.Optional(
    Type.String({
      pattern: '^smtps?://[^/?#]+',
      [MESSAGE]: 'must be such as smtps://user:password@smtp.example.com',
      description:
        'The server that mails are sent by. Without it mails are kept for three days and not sent. With smtp:// (STARTTLS) a server that is not on this machine must encrypt, unless it ends with ?ignoreTLS=true',
    }),
  ),
  MAIL_FROM: Type.Optional(
    Type.String({ description: 'The address that mails come from; needed with SMTP_URL' }),
  ),
  SHOP_NAME: Type.String({
    default: 'Shop',
    minLength: 1,
    maxLength: 60,
    pattern: '^[^\\p{Cc}]+$',
    [MESSAGE]: 'must be one line of at most 60 characters',
    description: 'The name of the shop in mails',
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/]+/?$',
      [MESSAGE]: 'must be an address such as https://shop.example.com, without a path',
      description: 'Where visitors reach the shop: links in mails begin with it',
    }),
  ),
  MAILS_KEPT_DAYS: Type.Integer({
    default: 30,
    minimum: MAILS_DAYS_MIN,
    maximum: 36_500,
    description:
      'Days that it is known of a mail that it was sent or given up, and why. Its text and its address are removed at once',
  }),
})
export type Config = Readonly<Static<typeof ConfigSchema>>

/** Throws ConfigError. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const config = readEnvironment(ConfigSchema, env)
  const { SMTP_URL, MAIL_FROM } = config
  if (SMTP_URL !== undefined && !URL.canParse(SMTP_URL))
    throw new ConfigError(['SMTP_URL must be such as smtps://user:password@smtp.example.com'])
  if (SMTP_URL !== undefined && MAIL_FROM === undefined)
    throw new ConfigError(['MAIL_FROM is missing: mails come from it'])
  if (MAIL_FROM !== undefined && normalEmail(MAIL_FROM) !== MAIL_FROM)
    throw new ConfigError(['MAIL_FROM must be an address such as orders@shop.example.com'])
  return config
}
