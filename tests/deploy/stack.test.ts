/** docker accepts the Swarm stack, which has the properties that docs/operations.md describes; the image fits the stack. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { readConfig as readAuthConfig } from '@shop/auth_service/config'
import { readConfig as readNotificationConfig } from '@shop/notification_service/config'
import { readConfig as readOrderConfig } from '@shop/order_service/config'
import { readConfig as readPaymentConfig } from '@shop/payment_service/config'
import { readConfig as readProductConfig } from '@shop/product_service/config'
import { CLOSE_DEADLINE_MS } from '@shop/service_kit/runtime/lifecycle'
import { readConfig as readStorefrontConfig } from '@shop/storefront/config'
import { parse } from 'yaml'
import {
  dockerfileOf,
  IMAGES,
  type Image,
  type Manifest,
  needs,
  portOf,
  ROOT,
  stackConfig,
} from './rendering.ts'

const NEEDED = { AUTH_URL: 'http://auth', SERVICE_SECRET: 's'.repeat(48) }
/** Their callers come through the storefront, or from inside. */
const NOT_PUBLISHED: readonly Image[] = ['notification_service', 'payment_service']
const MONGO = ['mongo1', 'mongo2', 'mongo3']

suite('the stack file', () => {
  const stack: Manifest = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true })

  test('publishes the public ports of the services and nothing else', () => {
    const published = Object.entries<Manifest>(stack.services).flatMap(([name, { ports = [] }]) =>
      ports.map(({ target }: Manifest) => [name, target]),
    )
    assert.deepEqual(published, [
      ['auth_service', 5000],
      ['product_service', 5001],
      ['order_service', 5002],
      ['storefront', 8080],
    ])
  })

  test('keeps /internal on a port of its own, which is not published', () => {
    const { environment, ports } = stack.services.product_service
    assert.equal(environment.INTERNAL_PORT, '5101')
    assert.equal(new URL(stack.services.order_service.environment.PRODUCT_URL).port, '5101')
    assert.ok(ports.every(({ target }: Manifest) => target !== 5101))
    assert.equal(new URL(stack.services.storefront.environment.PRODUCT_URL).port, '5001')
  })

  test('lets the operator choose the decimals of money when the stores are created; by default ISO 4217 decides', () => {
    for (const name of ['product_service', 'order_service', 'payment_service']) {
      assert.match(stack.services[name].environment.CURRENCY_DIGITS, /^\$\{CURRENCY_DIGITS:-\}$/)
    }
    const read = readProductConfig({ ...NEEDED, CURRENCY: 'HUF', CURRENCY_DIGITS: '' })
    assert.equal(read.CURRENCY_DIGITS, undefined)
    assert.equal(readProductConfig({ ...NEEDED, CURRENCY: 'HUF', CURRENCY_DIGITS: '0' }).CURRENCY_DIGITS, 0)
  })

  test('lets the operator choose when unused pictures go', () => {
    assert.equal(
      stack.services.product_service.environment.MEDIA_UNUSED_DAYS,
      '$'.concat('{MEDIA_UNUSED_DAYS:-7}'),
    )
    assert.equal(readProductConfig({ ...NEEDED, MEDIA_UNUSED_DAYS: '30' }).MEDIA_UNUSED_DAYS, 30)
  })

  test('has operations on a port of their own, reachable on its networks and not published', () => {
    const override = parse(readFileSync(join(ROOT, 'docker-compose.override.yml'), 'utf8'))
    for (const [i, name] of IMAGES.entries()) {
      const { environment, ports = [] } = stack.services[name]
      const port = portOf(name)
      assert.equal(environment.OPS_HOST, '0.0.0.0', name)
      assert.equal(environment.OPS_PORT, undefined, name)
      assert.deepEqual(
        ports.map(({ target }: Manifest) => target),
        NOT_PUBLISHED.includes(name) ? [] : [port],
        name,
      )
      if (name === 'storefront') continue
      const variable = `${['AUTH', 'PRODUCT', 'ORDER', 'NOTIFICATION', 'PAYMENT'][i]}_OPS_URL`
      const looks = [stack, override].map(({ services }) => services.storefront.environment[variable])
      // On Swarm each task, under compose the only one.
      assert.deepEqual(looks, [`http://tasks.${name}:${port + 200}`, `http://${name}:${port + 200}`])
    }
  })

  test('lets only the services reach the database, which cannot reach anything outside', () => {
    assert.equal(stack.networks.database.internal, true)
    for (const name of [...MONGO, 'mongo_init']) assert.deepEqual(stack.services[name].networks, ['database'])
    assert.deepEqual(stack.services.storefront.networks, ['front'])
    for (const name of IMAGES.slice(0, 5)) {
      assert.deepEqual(stack.services[name].networks, ['front', 'inside', 'database'])
    }
  })

  test('passes secrets as files, each only to the services that need it', () => {
    for (const [name, { environment = {} }] of Object.entries<Manifest>(stack.services)) {
      for (const variable of Object.keys(environment)) {
        if (/SECRET|PASSWORD|DATABASE_URL/.test(variable)) assert.match(variable, /_FILE$/, name)
      }
    }
    const holders = (secret: string) =>
      Object.entries<Manifest>(stack.services)
        .filter(([, { secrets = [] }]) => secrets.includes(secret))
        .map(([name]) => name)
    assert.deepEqual(holders('database_url'), IMAGES.slice(0, 5))
    assert.deepEqual(holders('service_secret'), [
      'auth_service',
      'product_service',
      'order_service',
      'notification_service',
      'payment_service',
    ])
    assert.deepEqual(holders('admin_password'), ['auth_service'])
    assert.deepEqual(holders('mongo_keyfile'), MONGO)
    assert.deepEqual(holders('mongo_root_password'), ['mongo1', 'mongo_init'])
    assert.deepEqual(holders('mongo_shop_password'), ['mongo_init'])
    assert.deepEqual(holders('mongo_shop_2_password'), ['mongo_init'])
    assert.deepEqual(holders('service_secret_other'), ['product_service', 'notification_service'])
    for (const user of ['backup', 'doctor']) {
      assert.deepEqual(holders(`mongo_${user}_password`), ['mongo_init'])
      // Of a job of `npm run stack:ops`.
      assert.deepEqual(holders(`${user}_url`), [])
      assert.ok(stack.secrets[`${user}_url`])
    }
  })

  test('runs several read-only replicas with limits, and replaces them without a gap', () => {
    for (const name of IMAGES) {
      const { read_only, init, stop_grace_period, environment, deploy } = stack.services[name]
      assert.ok(read_only && init, name)
      assert.match(String(deploy.replicas), /^\$\{\w+_REPLICAS:-2\}$/, name)
      assert.deepEqual(
        [deploy.update_config.order, deploy.update_config.failure_action],
        ['$'.concat('{UPDATE_ORDER:-start-first}'), 'rollback'],
      )
      assert.ok(deploy.resources.limits.memory && deploy.resources.limits.cpus, name)
      assert.deepEqual(deploy.placement.preferences, [{ spread: 'node.id' }])
      const leavingSeconds = (Number(environment.DRAIN_DELAY_MS) + CLOSE_DEADLINE_MS) / 1000
      assert.ok(leavingSeconds < Number.parseInt(stop_grace_period, 10), name)
    }
  })

  test('gives each member of the database files of its own', () => {
    const volumes = MONGO.flatMap((name) =>
      stack.services[name].volumes.map((volume: string) => volume.split(':')[0]),
    )
    assert.equal(new Set(volumes).size, 2 * MONGO.length)
    for (const volume of volumes) assert.ok(volume in stack.volumes, volume)
    for (const name of MONGO) assert.equal(stack.services[name].deploy.update_config.order, 'stop-first')
  })

  test('has one member of MongoDB with data before the set is made: the one on which it is initiated', () => {
    const script = readFileSync(join(ROOT, 'deploy/mongo/mongo_init.js'), 'utf8')
    const [first] = /'(mongo1:[^']+)'/.exec(script)![1]!.split(',')
    // The image creates this user before the set exists. That is data; rs.initiate() refuses other members with data.
    const withUser = MONGO.filter((name) => stack.services[name].environment?.MONGO_INITDB_ROOT_USERNAME)
    assert.deepEqual(
      withUser.map((name) => `${name}:27017`),
      [first],
    )
  })

  test('sets only variables that the services know, and all that they need', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shop_stack_'))
    try {
      const made = spawnSync(process.execPath, [
        join(ROOT, 'scripts', 'stack_secrets.ts'),
        '--folder',
        folder,
      ])
      assert.equal(made.status, 0)
      const readers = [
        readAuthConfig,
        readProductConfig,
        readOrderConfig,
        readNotificationConfig,
        readPaymentConfig,
        readStorefrontConfig,
      ]
      IMAGES.forEach((name, i) => {
        const environment = Object.entries<string>(stack.services[name].environment).map(
          ([variable, value]) => [
            variable,
            value.replace(/\$\{\w+:-([^}]*)\}/, '$1').replace('/run/secrets', folder),
          ],
        )
        const config = readers[i]!({ PORT: '5000', ...Object.fromEntries(environment) })
        for (const [variable] of environment) {
          const known = variable!.replace(/_FILE$/, '')
          const shared = known.startsWith('OTEL_') || config[known as keyof typeof config] !== undefined
          const unset = environment.find(([other]) => other === variable)![1] === ''
          assert.ok(
            shared || unset || ['ORDER_URL', 'AUTH_URL', 'PRODUCT_URL', 'NOTIFICATION_URL'].includes(known),
            `${name} ${variable}`,
          )
        }
      })
      assert.equal(statSync(folder).mode & 0o777, 0o700)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('has no payments by card, and none by a simulator, unless another file says so', () => {
    const { environment } = stack.services.payment_service
    assert.equal(environment.PAYMENT_PROVIDER, undefined)
    assert.equal(readPaymentConfig(NEEDED).PAYMENT_PROVIDER, 'none')
    assert.ok(Object.keys(stack.secrets).every((name) => !name.startsWith('stripe')))
  })

  test('gives auth_service what its mails need, and sends none unless another file says so', () => {
    const { auth_service: auth, notification_service: notifications } = stack.services
    assert.equal(auth.environment.NOTIFICATION_URL, 'http://notification_service:5004')
    assert.ok(auth.environment.PUBLIC_URL && notifications.environment.PUBLIC_URL)
    assert.equal(notifications.environment.SMTP_URL_FILE, undefined)
    assert.ok(Object.keys(stack.secrets).every((name) => !name.startsWith('smtp')))
  })

  const skip = needs('docker', 'stack', '--help')
  test('is accepted by docker, with the default names and with others', { skip }, () => {
    assert.equal(stackConfig().services.auth_service.image, 'auth_service:latest')
    const other = stackConfig({
      REGISTRY: 'registry.example.com/shop/',
      TAG: '1.2.3',
      PORT_MODE: 'host',
      AUTH_PORT: '80',
    })
    assert.equal(other.services.auth_service.image, 'registry.example.com/shop/auth_service:1.2.3')
    assert.deepEqual(other.services.auth_service.ports, [{ mode: 'host', target: 5000, published: 80 }])
  })
})

suite('the secrets', () => {
  test('stay the same if they are made again; only a named one is renewed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shop_stack_'))
    const make = (...args: string[]) =>
      spawnSync(process.execPath, [join(ROOT, 'scripts', 'stack_secrets.ts'), '--folder', folder, ...args])
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    try {
      make()
      const names = [
        'service_secret',
        'mongo_keyfile',
        'mongo_shop_password',
        'database_url',
        'admin_password',
      ]
      const first = names.map(read)
      make()
      assert.deepEqual(names.map(read), first)
      make('--renew', 'mongo_shop_password')
      const second = names.map(read)
      assert.deepEqual(
        second.map((content, i) => content !== first[i]),
        [false, false, true, true, false],
      )
      assert.ok(read('database_url').includes(read('mongo_shop_password').trim()))
      assert.equal(make('--renew', 'nothing').status, 1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('fit each other, also after an interrupted run; a foreign URL stays', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shop_stack_'))
    const make = () =>
      spawnSync(process.execPath, [join(ROOT, 'scripts', 'stack_secrets.ts'), '--folder', folder])
    const file = (name: string) => join(folder, name)
    const read = (name: string) => readFileSync(file(name), 'utf8').trim()
    try {
      make()
      rmSync(file('mongo_shop_password'))
      make()
      assert.ok(read('database_url').includes(`:${read('mongo_shop_password')}@`))
      const elsewhere = 'mongodb+srv://us:secret@cluster.example.com/'
      rmSync(file('database_url'))
      writeFileSync(file('database_url'), elsewhere)
      rmSync(file('mongo_shop_password'))
      make()
      assert.equal(read('database_url'), elsewhere)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** What only the image with native decoders has (docs/decisions/0040). */
const OF_DECODERS = /^ {4}node -e 'require\("\.\/dist\/node_modules\/sharp"\)'.*\n/m

suite('the images', () => {
  const common = (image: Image) =>
    dockerfileOf(image)
      .replace(image === 'product_service' ? OF_DECODERS : /^$/, '')
      .replaceAll(image, 'NAME')
      .replaceAll(String(portOf(image) + 200), 'OPS')
      .replaceAll(String(portOf(image)), 'PORT')

  test('differ in their names and ports alone', () => {
    for (const image of IMAGES) {
      assert.equal(common(image), common('auth_service'), image)
      assert.equal(
        readFileSync(join(ROOT, image, '.dockerignore'), 'utf8'),
        '*\n!package.json\n!dist\ndist/sources\n',
      )
    }
    assert.match(common('auth_service'), /^EXPOSE PORT OPS$/m)
  })

  test('are built from the folder of the service; without a bundle the build says what to do', () => {
    const dockerfile = dockerfileOf('auth_service')
    assert.deepEqual(dockerfile.match(/^COPY .*$/gm), ['COPY --chown=1000:1000 package.json dist* dist/'])
    const [, check] = /^RUN (.*); \\$/m.exec(dockerfile)!
    const run = (folder: string) =>
      spawnSync('sh', ['-c', check!.replace('exit 1', 'exit 7')], { cwd: folder, encoding: 'utf8' })
    const empty = mkdtempSync(join(tmpdir(), 'shop_stack_'))
    try {
      const { status, stderr } = run(empty)
      assert.deepEqual(
        [status, stderr],
        [7, 'auth_service/dist is missing or incomplete: run npm run build first\n'],
      )
    } finally {
      rmSync(empty, { recursive: true })
    }
  })

  test('run without root, have a health check, and receive signals themselves', () => {
    const dockerfile = dockerfileOf('auth_service')
    assert.match(dockerfile, /^USER 1000:1000$/m)
    assert.match(dockerfile, /^HEALTHCHECK /m)
    assert.match(dockerfile, /^CMD \["node", "dist\/main.mjs"\]$/m)
  })

  test('may write to their data folder, also if a tmpfs is mounted there', () => {
    assert.match(
      dockerfileOf('auth_service'),
      /mkdir -m 1777 data && mkdir -m 700 archive && chown 1000:1000 data archive$/m,
    )
  })

  test('have the Node of this project', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'service_kit', 'package.json'), 'utf8'))
    assert.match(
      dockerfileOf('auth_service'),
      new RegExp(`^ARG NODE_IMAGE=node:${devDependencies.node}-slim$`, 'm'),
    )
  })
})
