/** The variables of payment_service; docs/configuration.md is made from their descriptions. */
import { ConfigError, readEnvironment } from '@shop/service_kit/runtime/config'
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
} from '@shop/service_kit/runtime/variables'
import { DATABASE_FILE } from './storage/open_stores.ts'

export const SERVICE = 'payment_service'

const { ORDER_URL: _, ...COMMON } = CommonConfig

const Address = (description: string) =>
  Type.Optional(
    Type.String({ pattern: '^https?://', [MESSAGE]: 'must begin with http:// or https://', description }),
  )

export const ConfigSchema = Type.Object({
  ...COMMON,
  PORT: PortConfig(5003),
  ...OperationsConfig,
  DATABASE_URL: DatabaseUrlConfig(DATABASE_FILE),
  NOTIFICATION_URL: NotificationUrlConfig,
  CURRENCY: CurrencyConfig,
  CURRENCY_DIGITS: CurrencyDigitsConfig,
  ORDER_URL: Address('order_service, which is notified of changes; without it, it is not'),
  PAYMENT_PROVIDER: Type.Enum(['none', 'stripe', 'simulator'], {
    default: 'none',
    description: 'Who takes payments by card; none: invoice and cash alone. The simulator has play money',
  }),
  STRIPE_SECRET_KEY: Type.Optional(
    Type.String({ minLength: 8, description: 'The secret key of the account' }),
  ),
  STRIPE_WEBHOOK_SECRET: Type.Optional(
    Type.String({ minLength: 8, description: 'Signs the events that are sent to /webhooks/stripe' }),
  ),
  STRIPE_API_URL: Address('Where the simulator is; not for stripe'),
  PUBLIC_URL: Address('Where visitors reach the shop; the payment page leads back there'),
  ALLOW_SIMULATOR: Type.Boolean({
    default: false,
    description: 'Take play money although NODE_ENV is production: for a shop that is tried out',
  }),
})
export type Config = Readonly<Static<typeof ConfigSchema>>

/** Throws ConfigError. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const config = readEnvironment(ConfigSchema, env)
  const faults = faultsOf(config, env.NODE_ENV === 'production')
  if (faults.length > 0) throw new ConfigError(faults)
  return config
}

function faultsOf(config: Config, isProduction: boolean): string[] {
  const { PAYMENT_PROVIDER: provider, STRIPE_API_URL: apiUrl } = config
  if (provider === 'none') return []
  const missing = (['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'PUBLIC_URL'] as const)
    .filter((name) => config[name] === undefined)
    .map((name) => `${name} is missing, which PAYMENT_PROVIDER=${provider} needs`)
  if (provider === 'stripe') {
    return apiUrl === undefined ? missing : [...missing, 'STRIPE_API_URL is for the simulator alone']
  }
  return [
    ...missing,
    ...(apiUrl === undefined ? ['STRIPE_API_URL is missing, which PAYMENT_PROVIDER=simulator needs'] : []),
    ...(config.STRIPE_SECRET_KEY?.includes('_live_')
      ? ['STRIPE_SECRET_KEY is a live key; the simulator gets none']
      : []),
    ...(isProduction && !config.ALLOW_SIMULATOR
      ? ['PAYMENT_PROVIDER=simulator takes play money, which production refuses unless ALLOW_SIMULATOR=true']
      : []),
  ]
}
