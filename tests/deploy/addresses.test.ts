/**
 * Every address of another service that a service can be configured with is set in every deployment, and leads to a port on which
 * that service listens: one that is left out is found by no other test, for the service then just does without.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { ConfigSchema as AuthConfig } from '@shop/auth_service/config'
import { ConfigSchema as NotificationConfig } from '@shop/notification_service/config'
import { ConfigSchema as OrderConfig } from '@shop/order_service/config'
import { ConfigSchema as PaymentConfig } from '@shop/payment_service/config'
import { ConfigSchema as ProductConfig } from '@shop/product_service/config'
import { ConfigSchema as StorefrontConfig } from '@shop/storefront/config'
import { parse } from 'yaml'
import { PLACEHOLDER_SECRETS, planShop } from '../../scripts/plan.ts'
import { SERVICES, type ServiceEntry } from '../../scripts/services.ts'
import { IMAGES, type Image, type Manifest, portOf, ROOT, written } from './rendering.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Variable = { readonly name: string; readonly of: ServiceEntry; readonly isOps: boolean }

const SCHEMAS = [AuthConfig, ProductConfig, OrderConfig, NotificationConfig, PaymentConfig, StorefrontConfig]
/** From the public port to that of operations. */
const OPS_OFFSET = 200

/** Some variables are in the schema of all services; what a service does not read, it does not need. */
const sources = new Map(
  IMAGES.map((image) => {
    const paths = globSync(`${image}/src/**/*.ts`, { cwd: ROOT })
    return [image, paths.map((path) => readFileSync(join(ROOT, path), 'utf8')).join('\n')]
  }),
)
const reads = (image: Image, name: string) => new RegExp(`\\b${name}\\b`).test(sources.get(image)!)

const variablesOf = (image: Image): Variable[] => {
  const { properties } = SCHEMAS[IMAGES.indexOf(image)]!
  return SERVICES.flatMap((of) =>
    [false, true].map((isOps) => ({
      ...{ of, isOps },
      name: isOps ? of.urlVariable.replace('_URL', '_OPS_URL') : of.urlVariable,
    })),
  ).filter(({ name }) => name in properties && reads(image, name))
}

/** @param environmentOf What a deployment gives to a service, `hosts` the names under which others find it. */
function check(environmentOf: (image: Image) => Environment, hosts: (of: string, isOps: boolean) => string) {
  for (const image of IMAGES) {
    for (const { name, of, isOps } of variablesOf(image)) {
      const value = environmentOf(image)[name]
      assert.ok(value, `${image} has no ${name}`)
      const { hostname, port } = new URL(value)
      assert.equal(hostname, hosts(of.name, isOps), `${image}: ${name}`)
      const open = isOps
        ? [portOf(of.name) + OPS_OFFSET]
        : [portOf(of.name), Number(environmentOf(of.name).INTERNAL_PORT ?? 0)].filter(Boolean)
      assert.ok(open.includes(Number(port)), `${image}: ${name} is ${value}, ${of.name} is at ${open}`)
    }
  }
}

suite('the addresses of the services', () => {
  test('each service that can publish has that of notification_service among its variables', () => {
    const publishing = IMAGES.filter((image) =>
      variablesOf(image).some(({ name }) => name === 'NOTIFICATION_URL'),
    )
    assert.deepEqual(publishing, [
      ...['auth_service', 'product_service', 'order_service', 'payment_service', 'storefront'],
    ])
  })

  test('are all in the stack file, with a port that is open', () => {
    const { services } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true })
    check(
      (image) => services[image].environment,
      (of, isOps) => (isOps ? `tasks.${of}` : of),
    )
  })

  test('are all in the manifests of Kubernetes, with a port that is open and that its Service has', () => {
    const manifests = written()
    const of = (kind: string, name: string) =>
      manifests.find(({ kind: found, metadata }) => found === kind && metadata.name === name)!
    const { data } = of('ConfigMap', 'shop')
    const host = (image: string) => image.replaceAll('_', '-')
    const environmentOf = (image: Image): Environment => {
      const [container] = of('Deployment', host(image)).spec.template.spec.containers
      const own = container.env.map(({ name, value }: Manifest) => [name, value])
      const shared = container.envFrom.some(({ configMapRef }: Manifest) => configMapRef?.name === 'shop')
      return { ...(shared ? data : {}), ...Object.fromEntries(own) }
    }
    check(environmentOf, (service, isOps) => `${host(service)}${isOps ? '-operations' : ''}`)
    for (const image of IMAGES) {
      for (const { name } of variablesOf(image)) {
        const { hostname, port } = new URL(environmentOf(image)[name]!)
        const ports = of('Service', hostname).spec.ports.map((each: Manifest) => String(each.port))
        assert.ok(ports.includes(port), `${image}: ${name}`)
      }
    }
  })

  test('are all in what npm start gives to its processes', () => {
    const { services, storefront } = planShop({ DATA_DIR: '/nowhere/data' }, PLACEHOLDER_SECRETS)
    const processes = [...services, storefront]
    const planned = (image: Image) => processes.find(({ entry }) => entry.name === image)!
    check(
      (image) => planned(image).env,
      () => '127.0.0.1',
    )
  })
})
