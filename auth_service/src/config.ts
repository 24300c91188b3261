/** The variables of auth_service; docs/configuration.md is made from their descriptions. */
import { ConfigError, readEnvironment } from '@shop/service_kit/runtime/config'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import {
  CommonConfig,
  DatabaseUrlConfig,
  OperationsConfig,
  PortConfig,
  SERVICE_SECRET_BYTES_MIN,
  TrustedProxiesConfig,
} from '@shop/service_kit/runtime/variables'
import { REFRESH_TOKEN_TTL_SECONDS_DEFAULT } from './domain/sessions.ts'
import { ACCESS_TOKEN_TTL_SECONDS_MAX } from './domain/signing_keys.ts'
import { FREE_ATTEMPTS_DEFAULT, REGISTRATIONS_DEFAULT } from './domain/throttling.ts'
import { DATABASE_FILE } from './storage/open_stores.ts'

export const SERVICE = 'auth_service'

/** The variables that open the stores, for scripts. */
export const StoresConfigSchema = Type.Object({
  DATA_DIR: CommonConfig.DATA_DIR,
  DATABASE_URL: DatabaseUrlConfig(DATABASE_FILE),
})

export const ConfigSchema = Type.Object({
  HOST: CommonConfig.HOST,
  PORT: PortConfig(5000),
  ...OperationsConfig,
  ...StoresConfigSchema.properties,
  LOG_LEVEL: CommonConfig.LOG_LEVEL,
  DRAIN_DELAY_MS: CommonConfig.DRAIN_DELAY_MS,
  ACCESS_TOKEN_TTL: Type.Integer({
    default: 600,
    minimum: 1,
    maximum: ACCESS_TOKEN_TTL_SECONDS_MAX,
    description: 'Lifetime of an access token in seconds',
  }),
  REFRESH_TOKEN_TTL: Type.Integer({
    default: REFRESH_TOKEN_TTL_SECONDS_DEFAULT,
    minimum: 60,
    maximum: 31_536_000,
    description: 'Lifetime of a session in seconds, however often it is refreshed',
  }),
  ADMIN_USERNAME: Type.Optional(
    Type.String({ description: 'Username of an admin that is made at start if no account has it' }),
  ),
  ADMIN_PASSWORD: Type.Optional(
    Type.String({ description: 'Its first password; never changes an existing account' }),
  ),
  KEY_ROTATION_DAYS: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 3_650,
    description: 'Days until the next key signs',
  }),
  HASHES_AT_ONCE: Type.Integer({
    default: 4,
    minimum: 1,
    maximum: 64,
    description: 'Passwords hashed at the same time; each takes 19 MiB',
  }),
  HASHES_WAITING_MAX: Type.Integer({
    default: 256,
    minimum: 0,
    maximum: 10_000,
    description:
      'Passwords that may wait to be hashed, in each of three queues (known logins, other logins, new accounts)',
  }),
  LOGIN_TRIES: freeAttempts(FREE_ATTEMPTS_DEFAULT.pair, 'for one account from one address'),
  LOGIN_TRIES_PER_ACCOUNT: freeAttempts(
    FREE_ATTEMPTS_DEFAULT.account,
    'for one account from unknown addresses',
  ),
  LOGIN_TRIES_PER_ADDRESS: freeAttempts(FREE_ATTEMPTS_DEFAULT.address, 'from one address'),
  REGISTRATIONS_PER_ADDRESS: Type.Integer({
    default: REGISTRATIONS_DEFAULT,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Registrations from one address before pauses start',
  }),
  TRUSTED_PROXIES: TrustedProxiesConfig,
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/]+/?$',
      [MESSAGE]: 'must be an address such as https://shop.example.com, without a path',
      description:
        'Where visitors reach the shop: links in mails begin with it, and passkeys are of its host',
    }),
  ),
  ADMIN_SECOND_FACTOR: Type.Enum(['optional', 'required'], {
    default: 'optional',
    description:
      'With required, an admin has the rights of a customer until a second factor was proved at sign-in',
  }),
  NOTIFICATION_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      [MESSAGE]: 'must begin with http:// or https://',
      description:
        'notification_service, which sends the mails. Without it, PUBLIC_URL and SERVICE_SECRET no mail is sent',
    }),
  ),
  ORDER_URL: {
    ...CommonConfig.ORDER_URL,
    description:
      'order_service, which is notified of deleted accounts. Without SERVICE_SECRET they wait until it is set',
  },
  SERVICE_SECRET: Type.Optional(
    Type.String({
      minLength: SERVICE_SECRET_BYTES_MIN,
      description: 'Shared by the services; signs the calls to notification_service and order_service',
    }),
  ),
  SERVICE_SECRET_PREVIOUS: CommonConfig.SERVICE_SECRET_PREVIOUS,
})

function freeAttempts(count: number, which: string) {
  return Type.Integer({
    default: count,
    minimum: 1,
    maximum: 1_000_000,
    description: `Failed logins ${which} before pauses start`,
  })
}

export type Config = Readonly<Static<typeof ConfigSchema>>

/** Fails with ConfigError. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const config = readEnvironment(ConfigSchema, env)
  if ((config.ADMIN_USERNAME === undefined) !== (config.ADMIN_PASSWORD === undefined)) {
    throw new ConfigError(['ADMIN_USERNAME and ADMIN_PASSWORD are only of use together'])
  }
  return config
}
