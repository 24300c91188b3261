/** docs/configuration.md: every variable, from the schemas the services read their environment with. */

import { ConfigSchema as AuthConfig } from '@shop/auth_service/config'
import { ConfigSchema as OrderConfig } from '@shop/order_service/config'
import { ConfigSchema as ProductConfig } from '@shop/product_service/config'
import type { TSchema } from '@shop/service_kit/runtime/schema_types'
import { ConfigSchema as StorefrontConfig } from '@shop/storefront/config'
import { SERVICES, STOREFRONT } from '../services.ts'

type Variable = TSchema & {
  type?: string
  default?: unknown
  description?: string
  minimum?: number
  maximum?: number
}
type Variables = Readonly<Record<string, Variable>>

const SCHEMAS: readonly (readonly [service: string, variables: Variables, required: readonly string[]])[] = [
  ['auth_service', AuthConfig.properties, AuthConfig.required],
  ['product_service', ProductConfig.properties, ProductConfig.required],
  ['order_service', OrderConfig.properties, OrderConfig.required],
  ['storefront', StorefrontConfig.properties, StorefrontConfig.required],
]

export function configurationPage(): string {
  const everywhere = Object.keys(SCHEMAS[0]![1]).filter((name) =>
    SCHEMAS.every(
      ([, variables]) => JSON.stringify(variables[name]) === JSON.stringify(SCHEMAS[0]![1][name]),
    ),
  )
  const sections = SCHEMAS.map(([service, variables, required]) =>
    section(service, variables, required, (name) => !everywhere.includes(name)),
  )
  return [
    '<!-- Made by `npm run docs` from the configuration schemas; edit those. -->',
    '',
    '# Configuration',
    '',
    'Environment variables, read once at start and checked together: all faults are reported, then the process ends',
    'with status 1. Any variable may come as `NAME_FILE`, the path of a file that holds the value; use that for secrets.',
    'Tracing is configured by the standard `OTEL_EXPORTER_OTLP_ENDPOINT` and its kin, and off without them.',
    '',
    section('Every service', SCHEMAS[0]![1], SCHEMAS[0]![2], (name) => everywhere.includes(name)),
    ...sections,
    '## npm start',
    '',
    'Passes its environment on to the services and adds what is missing: secrets and the first admin are made once and',
    `kept under \`DATA_DIR\`. Ports: ${[...SERVICES, STOREFRONT].map(({ portVariable, defaultPort }) => `\`${portVariable}\` (${defaultPort})`).join(', ')}.`,
    '',
  ].join('\n')
}

function section(
  title: string,
  variables: Variables,
  required: readonly string[],
  chosen: (name: string) => boolean,
): string {
  const rows = Object.entries(variables)
    .filter(([name]) => chosen(name))
    .map(
      ([name, variable]) => `| \`${name}\` | ${fallback(name, variable, required)} | ${meaning(variable)} |`,
    )
  return [`## ${title}`, '', '| variable | default | meaning |', '| --- | --- | --- |', ...rows, ''].join(
    '\n',
  )
}

function fallback(name: string, variable: Variable, required: readonly string[]): string {
  if (variable.default !== undefined) return `\`${String(variable.default)}\``
  return required.includes(name) ? '**must be set**' : 'not set'
}

function meaning({ description = '', minimum, maximum }: Variable): string {
  const bounds = minimum === undefined || maximum === undefined ? '' : ` (${minimum} to ${maximum})`
  return `${description}${bounds}`.replaceAll('|', '\\|')
}
