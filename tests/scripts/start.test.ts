/** `npm start` as a user runs it: real processes, real ports, a new data folder each time. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { noteMade } from '@shop/service_kit/sqlite/mark'
import { PLACEHOLDER_SECRETS, planShop } from '../../scripts/plan.ts'
import { planFirstRun } from '../../scripts/start/first_run.ts'
import { faultsOfStart } from '../../scripts/start/preflight.ts'
import { noBrowser } from '../browser/browser.ts'
import { call, type Json } from '../system/calls.ts'
import { until } from '../system/until.ts'
import { signIn } from '../system/world.ts'
import { examined } from './examined.ts'
import { orderInBrowser, refundInBrowser, shipInBrowser } from './order_in_browser.ts'
import {
  finish,
  gone,
  listen,
  newWorld,
  portsAnswering,
  READY,
  runInTerminal,
  runNpmStart,
  runScript,
  startCommand,
  type World,
} from './running.ts'

const START_MS = 120_000

const get = (port: number, path: string) => fetch(`http://127.0.0.1:${port}${path}`)
const login = (world: World, username: string, password: string) =>
  fetch(`http://127.0.0.1:${world.ports.auth}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  })
const everythingIn = (folder: string) => [
  folder,
  ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
]
const openToOthers = (folder: string) =>
  everythingIn(folder).filter((path) => (statSync(path).mode & 0o077) !== 0)

/** The commands printed after "A first order", one per line. */
const printedCommands = (output: string) =>
  /A first order[^\n]*\n\n([\s\S]*?)\n\n/.exec(output)?.[1]?.split('\n') ?? []

const runInShell = (commands: readonly string[]): string[] =>
  execFileSync('bash', ['-ceu', commands.join('\n')], { encoding: 'utf8', timeout: 120_000 })
    .split('\n')
    .filter((line) => line.startsWith('{'))

suite('a first start', () => {
  test('with --demo: secrets and admin are saved, the catalogue is filled, and the printed commands work', async (t) => {
    const world = await newWorld(t)
    const shop = runScript(t, 'start.ts', world, '--demo')
    await shop.until(/Ctrl-C stops everything/)
    assert.match(shop.output(), /sample catalogue was loaded: 12 products/)
    const answer = await get(world.ports.order, '/checkout_settings')
    const checkout = (await answer.json()) as { version: number; shipping_methods: []; tax_rates: [] }
    assert.deepEqual(
      [checkout.version, checkout.shipping_methods.length, checkout.tax_rates.length],
      [2, 2, 5],
    )

    for (const file of ['secrets.json', 'admin.json', 'auth.db']) {
      assert.equal(statSync(join(world.dataDir, file)).mode & 0o777, 0o600, file)
    }
    const admin = JSON.parse(readFileSync(join(world.dataDir, 'admin.json'), 'utf8'))
    assert.equal(admin.username, 'admin')
    assert.equal(shop.output().split(`admin / ${admin.password}`).length, 2, 'the password is shown once')
    assert.equal((await login(world, 'admin', admin.password)).status, 200)
    assert.ok(
      !shop
        .output()
        .includes(JSON.parse(readFileSync(join(world.dataDir, 'secrets.json'), 'utf8')).SERVICE_SECRET),
    )

    const commands = printedCommands(shop.output())
    const [before, order, after] = runInShell(commands).map((line) => JSON.parse(line))
    assert.equal(order.status, 'confirmed')
    assert.equal(order.lines[0].product_id, before.id)
    assert.equal(after.stock, before.stock - 1)
    assert.equal(runInShell(commands).length, 3, 'they work a second time')

    for (const port of Object.values(world.ports)) {
      assert.equal((await get(port, '/docs/')).status, 200)
      assert.equal((await get(port, '/metrics')).status, 404)
    }
    for (const name of ['AUTH', 'PRODUCT', 'ORDER', 'NOTIFICATION', 'STOREFRONT'])
      assert.equal((await get(Number(world.env[`${name}_OPS_PORT`]), '/metrics')).status, 200)

    shop.process.kill('SIGINT')
    assert.equal(await shop.ended, 0)
    assert.equal(await portsAnswering(world), 0)
    assert.match(shop.output(), /All services have stopped/)

    assert.deepEqual(openToOthers(world.dataDir), [])
    for (const path of everythingIn(world.dataDir))
      chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644)
    const again = runScript(t, 'start.ts', world, '--demo')
    await again.until(/Ctrl-C stops everything/)
    assert.match(again.output(), /catalogue already has products/)
    assert.ok(!again.output().includes(admin.password), 'the password is not shown again')
    assert.equal((await login(world, 'admin', admin.password)).status, 200)
    assert.deepEqual(openToOthers(world.dataDir), [])
    again.process.kill('SIGTERM')
    assert.equal(await again.ended, 0)
  })

  test('without --demo and without a terminal: no catalogue, it says so, and the printed commands still work', async (t) => {
    const world = await newWorld(t, { ADMIN_USERNAME: 'mira', ADMIN_PASSWORD: 'unlikely sentence 88' })
    const shop = runScript(t, 'start.ts', world)
    await shop.until(/Ctrl-C stops everything/)
    assert.match(shop.output(), /No sample catalogue was loaded/)
    assert.ok(!shop.output().includes('unlikely sentence'), 'a password of the environment is not printed')
    assert.ok(!existsSync(join(world.dataDir, 'admin.json')))
    const results = runInShell([`ADMIN_PASSWORD='unlikely sentence 88'`, ...printedCommands(shop.output())])
    const [before, order, after] = results.map((line) => JSON.parse(line))
    assert.deepEqual([before.stock, order.status, after.stock], [10, 'confirmed', 9])
  })

  test('on a terminal it offers the sample catalogue, uses colours, and ends by Ctrl-C', {
    skip: process.platform !== 'linux' && 'the command `script` takes other options elsewhere',
  }, async (t) => {
    const world = await newWorld(t)
    delete world.env.NO_COLOR
    world.env.TERM = 'xterm-256color'
    const shop = runInTerminal(t, world, startCommand)
    await shop.until(/new data folder\. Load a small sample catalogue\? \[Y\/n\]/)
    shop.process.stdin?.write('y\r')
    await shop.until(/Ctrl-C stops everything/)
    assert.match(shop.output(), /sample catalogue was loaded: 12 products/)
    assert.ok(shop.output().includes('\x1b[36mauth    |\x1b[39m'))
    shop.process.stdin?.write('\x03')
    assert.equal(await shop.ended, 0)
    assert.match(shop.output(), /SIGINT: stopping[\s\S]*All services have stopped/)
    assert.equal(await portsAnswering(world), 0)
  })

  test('Ctrl-D instead of an answer ends it, and no file stays', {
    skip: process.platform !== 'linux' && 'the command `script` takes other options elsewhere',
  }, async (t) => {
    const world = await newWorld(t)
    const shop = runInTerminal(t, world, startCommand)
    await shop.until(/\[Y\/n\]/)
    shop.process.stdin?.write('\x04')
    assert.equal(await shop.ended, 0, shop.output())
    assert.ok(!existsSync(world.dataDir))
  })

  test('of two at once on one folder, only one saves the secrets that it made', async (t) => {
    const { dataDir } = await newWorld(t)
    const planned = ['first', 'second'].map((name) =>
      planFirstRun(dataDir, {}, { secret: () => `${name} secret`, password: () => `${name} password` }),
    )
    planned[0]!.write()
    const kept = () => ['secrets.json', 'admin.json'].map((file) => readFileSync(join(dataDir, file), 'utf8'))
    const before = kept()
    assert.throws(
      () => planned[1]!.write(),
      /^AlreadyWritten: Another start has just created .*secrets\.json/,
    )
    assert.deepEqual(kept(), before)
    assert.deepEqual(readdirSync(dataDir).sort(), ['admin.json', 'secrets.json'])
    assert.equal(planFirstRun(dataDir, {}, PLACEHOLDER_SECRETS).adminPassword, 'first password')
  })

  test('the login that a start made that did not get so far is shown by the next, and not again; a shop that is killed leaves no service behind', async (t) => {
    const world = await newWorld(t)
    const chance = { secret: () => 's'.repeat(48), password: () => 'made-by-one-that-was-cut' }
    planFirstRun(world.dataDir, {}, chance).write()
    for (const [shows, signal] of [
      [true, 'SIGTERM'],
      [false, 'SIGKILL'],
    ] as const) {
      const shop = runScript(t, 'start.ts', world, '--no-demo')
      await shop.until(/Ctrl-C stops everything/)
      assert.equal(shop.output().includes('admin / made-by-one-that-was-cut'), shows)
      shop.process.kill(signal)
      if (signal === 'SIGTERM') assert.equal(await shop.ended, 0)
      await gone(world)
    }
  })

  test('with --json every line is a JSON object, the last one saying ready', async (t) => {
    const world = await newWorld(t)
    // Without `--` npm takes both options itself.
    const shop = runNpmStart(t, world, '--silent', '--json', '--demo')
    await shop.until(/"msg":"ready"/)
    shop.process.kill('SIGTERM')
    await shop.ended
    const lines = shop
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const ready = lines.find(({ msg }) => msg === 'ready')
    assert.equal(ready.addresses.auth_service, `http://127.0.0.1:${world.ports.auth}`)
    assert.match(ready.demo, /loaded: 12 products/)
    assert.deepEqual(ready.admin, { username: 'admin', file: join(world.dataDir, 'admin.json') })
  })
})

suite('a start that cannot work is refused in a sentence before any service starts', () => {
  type Case = {
    readonly name: string
    readonly env?: NodeJS.ProcessEnv
    readonly skip?: string | false
    readonly prepare?: (world: World, t: TestContext) => Promise<void> | void
    readonly says: (world: World) => RegExp
  }
  const cases: readonly Case[] = [
    {
      name: 'a taken port',
      async prepare(world, t) {
        const server = await listen(world.ports.product)
        t.after(() => server.close())
      },
      says: ({ ports }) =>
        new RegExp(`^Port ${ports.product} is already in use by another program\\..*PRODUCT_PORT.*\n$`),
    },
    {
      name: 'a taken port of the payment provider with play money',
      env: { PAYMENTS: 'optional' },
      async prepare(world, t) {
        const server = await listen(Number(world.env.SIMULATOR_PORT))
        t.after(() => server.close())
      },
      says: ({ env }) =>
        new RegExp(
          `^Port ${env.SIMULATOR_PORT} is already in use by another program\\..*SIMULATOR_PORT.*\n$`,
        ),
    },
    {
      name: 'payments on the port of the payment provider with play money',
      env: { PAYMENTS: 'optional' },
      prepare: (world) => {
        world.env.PAYMENT_PORT = world.env.SIMULATOR_PORT
      },
      says: ({ env }) =>
        new RegExp(`^SIMULATOR_PORT and PAYMENT_PORT are both ${env.SIMULATOR_PORT}; they must differ\\.\n$`),
    },
    {
      name: 'a taken port of the mailbox, for mails',
      env: { MAILBOX: 'on' },
      async prepare(world, t) {
        const server = await listen(Number(world.env.MAILBOX_SMTP_PORT))
        t.after(() => server.close())
      },
      says: ({ env }) =>
        new RegExp(
          `^Port ${env.MAILBOX_SMTP_PORT} is already in use by another program\\..*MAILBOX_SMTP_PORT.*\n$`,
        ),
    },
    {
      name: 'a taken operations port',
      async prepare(world, t) {
        const server = await listen(Number(world.env.ORDER_OPS_PORT))
        t.after(() => server.close())
      },
      says: ({ env }) =>
        new RegExp(
          `^Port ${env.ORDER_OPS_PORT} is already in use by another program\\..*ORDER_OPS_PORT.*\n$`,
        ),
    },
    {
      name: 'two services on one port',
      prepare: (world) => {
        world.env.ORDER_PORT = world.env.AUTH_PORT
      },
      says: ({ ports }) =>
        new RegExp(`^AUTH_PORT and ORDER_PORT are both ${ports.auth}; they must differ\\.\n$`),
    },
    {
      name: 'an invalid port',
      env: { ORDER_PORT: '70000' },
      says: () => /^ORDER_PORT must be a port from 1 to 65535, not "70000"\.\n$/,
    },
    {
      name: 'a port too high for an operations port above it',
      env: { ORDER_PORT: '65400', ORDER_OPS_PORT: '' },
      says: () => /^ORDER_OPS_PORT must be a port from 1 to 65535, not "65600"\.\n$/,
    },
    {
      name: 'a data folder below a file',
      prepare(world) {
        mkdirSync(dirname(world.dataDir), { recursive: true })
        writeFileSync(world.dataDir, 'a file')
        world.env.DATA_DIR = join(world.dataDir, 'below')
      },
      says: () => /^DATA_DIR is .*below, but .* is a file; name a folder\.\n$/,
    },
    {
      name: 'a store of another user',
      skip: process.getuid?.() === 0 && 'root may read and write everything',
      prepare(world) {
        mkdirSync(world.dataDir)
        writeFileSync(join(world.dataDir, 'orders.db'), '', { mode: 0o400 })
      },
      says: () => /^\S+orders\.db cannot be read and written by this user \(EACCES\)\.\n$/,
    },
    {
      name: 'a store that was created here and is missing',
      prepare(world) {
        mkdirSync(world.dataDir)
        noteMade(join(world.dataDir, 'orders.db'))
      },
      says: () =>
        /^\S+orders\.db is gone, though a store was made there\. .*`npm run restore`.*remove \S+\.\n$/,
    },
    {
      name: 'a store that was replaced by one without tables',
      prepare(world) {
        mkdirSync(world.dataDir)
        writeFileSync(join(world.dataDir, 'products.db'), '', { mode: 0o600 })
        noteMade(join(world.dataDir, 'products.db'))
      },
      says: () => /^\S+products\.db is without its tables, though a store was made there\. .*\n$/,
    },
    {
      name: 'a short service secret',
      env: { SERVICE_SECRET: 'hunter2' },
      says: () => /^SERVICE_SECRET must have at least 32 characters\.\n$/,
    },
    {
      name: 'a short secret in the saved file',
      prepare(world) {
        mkdirSync(world.dataDir)
        writeFileSync(join(world.dataDir, 'secrets.json'), '{"SERVICE_SECRET":"short"}')
      },
      says: () => /^SERVICE_SECRET must have at least 32 characters\.\n$/,
    },
    {
      name: 'a damaged file of secrets',
      prepare(world) {
        mkdirSync(world.dataDir)
        writeFileSync(join(world.dataDir, 'secrets.json'), '{"SERVICE_SEC')
      },
      says: () => /^\S*secrets\.json is damaged: correct it, or delete it to get a new one\.\n$/,
    },
    {
      name: 'a common admin password',
      env: { ADMIN_PASSWORD: 'password123' },
      says: () => /^ADMIN_PASSWORD cannot be used: The password is one of the most common ones.*\n$/,
    },
    {
      name: 'one SQLite file for three services',
      env: { DATABASE_URL: 'sqlite:./shop.db' },
      says: () => /^DATABASE_URL names one SQLite file, but each service has its own.*\n$/,
    },
    {
      name: 'one MongoDB database for three services',
      env: { DATABASE_URL: 'mongodb://localhost/shop?replicaSet=rs0' },
      says: () => /^DATABASE_URL names the database shop, but each service has its own.*\n$/,
    },
    {
      name: 'a MongoDB that does not answer',
      env: { DATABASE_URL: 'mongodb://127.0.0.1:9/?replicaSet=rs0' },
      says: () =>
        /^The database of DATABASE_URL cannot be used\. MongoDB can't be reached: .*127\.0\.0\.1:9\. See that it runs, .*\n$/,
    },
    {
      name: 'another currency than the stores have',
      env: { CURRENCY: 'EUR' },
      async prepare({ dataDir }) {
        const place = { DATA_DIR: dataDir, CURRENCY: 'USD' }
        for (const open of [openProductStores, openOrderStores])
          await (await open(place, { runtime: systemRuntime })).close()
      },
      says: () =>
        /^CURRENCY is EUR, but the prices in \S+products\.db are USD, .*Set CURRENCY=USD\.\nCURRENCY is EUR.*orders\.db.*\n$/,
    },
    {
      name: 'another number of decimals than a store has',
      env: { CURRENCY_DIGITS: '3' },
      async prepare({ dataDir }) {
        await (
          await openProductStores({ DATA_DIR: dataDir, CURRENCY: 'USD' }, { runtime: systemRuntime })
        ).close()
      },
      says: () => /^CURRENCY_DIGITS is 3, but the prices in \S+products\.db have 2\..*\n$/,
    },
    {
      name: 'several faults of several services are reported together',
      env: { CURRENCY: 'EURO', LOG_LEVEL: 'loud', REFRESH_TOKEN_TTL: '1' },
      says: () => /^(?=[\s\S]*CURRENCY)(?=[\s\S]*LOG_LEVEL)(?=[\s\S]*REFRESH_TOKEN_TTL)(.+\n){3}$/,
    },
  ]
  const assertNothingMade = ({ dataDir }: World) => {
    assert.ok(!existsSync(join(dataDir, 'auth.db')), 'nothing was started')
    assert.ok(!existsSync(join(dataDir, 'admin.json')), 'nothing was made')
  }
  for (const { name, env, skip = false, prepare, says } of cases) {
    test(name, { skip }, async (t) => {
      const world = await newWorld(t, env)
      await prepare?.(world, t)
      const faults = await faultsOfStart(planShop(world.env, PLACEHOLDER_SECRETS))
      assert.match(faults.map((fault) => `${fault}\n`).join(''), says(world))
      assertNothingMade(world)
    })
  }

  type Refused = {
    readonly env?: NodeJS.ProcessEnv
    readonly args?: readonly string[]
    readonly skip?: string | false
    readonly says: RegExp
  }
  const refused: readonly Refused[] = [
    { env: { CURRENCY: 'EURO', SERVICE_SECRET: 'hunter2' }, says: /^SERVICE_SECRET .+\n.*CURRENCY.+\n$/ },
    {
      skip: process.platform !== 'linux' && 'there is no /proc',
      env: { DATA_DIR: '/proc/nope' },
      says: /\/proc\/nope cannot be (made|written)|\/proc cannot be written/,
    },
    { env: { HOST_FILE: '/nowhere/host' }, says: /^HOST_FILE cannot be read \(ENOENT\)\.\n$/ },
    {
      args: ['--dmeo'],
      says: /^Unknown option '--dmeo'\. `npm start -- --help` lists the options\.\n$/,
    },
    { args: ['--demo', '--no-demo'], says: /^--demo and --no-demo exclude each other\.\n$/ },
  ]
  for (const { env, args = [], skip = false, says } of refused) {
    const given = [...args, ...Object.keys(env ?? {})].join(' ')
    test(`by the process, with exit code 1: ${given}`, { skip }, async (t) => {
      const world = await newWorld(t, env)
      const { code, output } = await finish(t, 'start.ts', world, ...args)
      assert.match(output, says)
      assert.equal(code, 1)
      assertNothingMade(world)
    })
  }

  test('--help prints and ends with 0', async (t) => {
    const { code, output } = await finish(t, 'start.ts', await newWorld(t), '--help')
    assert.equal(code, 0)
    for (const option of ['--demo', '--no-demo', '--json', 'AUTH_PORT', 'DATA_DIR']) {
      assert.ok(output.includes(option), option)
    }
  })
})

suite('a shop with payments', { skip: noBrowser }, () => {
  test('says that they are play money; an order is paid on the page of the provider, whose event comes through the storefront', async (t) => {
    const world = await newWorld(t, { PAYMENTS: 'optional', MAILBOX: 'on' })
    const shop = runScript(t, 'start.ts', world, '--no-demo')
    await shop.until(/Ctrl-C stops everything/)
    assert.match(shop.output(), /payment_simulator .*play money/)
    assert.match(shop.output(), /Payments are play money: .*PAYMENTS=off/)
    const { username, password } = JSON.parse(readFileSync(join(world.dataDir, 'admin.json'), 'utf8'))
    const { token } = await signIn(`http://127.0.0.1:${world.ports.auth}`, username, password)
    const ask = async (method: string, port: number, path: string, body?: Json) => {
      const answer = await call(method, `http://127.0.0.1:${port}${path}`, {
        token,
        ...(body ? { body } : {}),
      })
      assert.ok(answer.status < 300, JSON.stringify(answer))
      return answer.body as Record<string, string>
    }
    const orders = world.ports.order
    const made = await ask('POST', world.ports.product, '/products', {
      ...{ name: 'Mug', description: '', price: '42.00', stock: 3 },
    })
    await ask('PUT', orders, '/checkout_settings', {
      prices_include_tax: true,
      tax_rates: [{ tax_class: 'standard', country: 'DE', region: null, basis_points: 1900 }],
      shipping_methods: [
        {
          ...{
            id: 'post',
            names: { en: 'Parcel', de: 'Paket' },
            countries: ['DE', 'AT'],
            tax_class: 'as_goods',
          },
          prices: [{ weight_up_to_grams: null, goods_from: '0', price: '4.90' }],
        },
      ],
    })
    const storefront = `http://127.0.0.1:${world.ports.storefront}`
    const { id, page } = await orderInBrowser(t, {
      shopUrl: storefront,
      mailbox: `http://127.0.0.1:${world.env.MAILBOX_PORT}`,
      productId: made.id!,
      account: { username, password },
    })
    const become = (wanted: string) =>
      until(
        `it is ${wanted}`,
        START_MS,
        async () => (await ask('GET', orders, `/orders/${id}`)).status === wanted,
      )
    await become('confirmed')
    await shipInBrowser(page, storefront, id)
    await become('shipped')
    const payment = await ask('GET', Number(world.env.PAYMENT_PORT), `/payments/${id}`)
    assert.deepEqual([payment.state, payment.captured], ['captured', '46.90'])
    await refundInBrowser(page, storefront, id, '5')
    await until('it is refunded', START_MS, async () => {
      const { refunded } = await ask('GET', Number(world.env.PAYMENT_PORT), `/payments/${id}`)
      return refunded === '9.90'
    })
    const metrics = async () => (await get(Number(world.env.PAYMENT_OPS_PORT), '/metrics')).text()
    await until('its event came', START_MS, async () =>
      /payment_events_total\{[^}]*outcome="(received|known)"[^}]*\} [1-9]/.test(await metrics()),
    )
    const doctorSays = async () => {
      const { checks } = await examined(world)
      assert.deepEqual(
        checks.flatMap(({ findings }) => findings),
        [],
      )
      return checks.find(({ name }) => name === 'Payments')?.summary
    }
    assert.match(`${await doctorSays()}`, /^1 of .*; 1 by card were compared with the payment provider$/)
    shop.process.kill('SIGINT')
    assert.equal(await shop.ended, 0)
    // The provider with play money does not run any more.
    assert.match(`${await doctorSays()}`, /^1 of .*; 0 by card were compared/)
  })
})

suite('a shop with a mailbox', () => {
  const mailOf = async (world: World, subject: RegExp) => {
    const answer = await get(Number(world.env.MAILBOX_PORT), '/messages')
    const { messages } = (await answer.json()) as { messages: readonly Arrived[] }
    return messages.filter((message) => subject.test(message.subject))
  }
  type Arrived = { subject: string; to: string[]; text: string; messageId: string }

  test('mails of accounts and of orders arrive there, also when notification_service was killed', async (t) => {
    const world = await newWorld(t, { MAILBOX: 'on' })
    const shop = runScript(t, 'start.ts', world, '--no-demo')
    await shop.until(/Ctrl-C stops everything/)
    const mailbox = `http://127.0.0.1:${world.env.MAILBOX_PORT}`
    assert.match(shop.output(), new RegExp(`Mails are not sent: read them at ${mailbox}`))
    const call = async (port: number, method: string, path: string, body: object, token?: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      })
      const text = await answer.text()
      assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
      // biome-ignore lint/suspicious/noExplicitAny: answers of several routes.
      return (text === '' ? undefined : JSON.parse(text)) as any
    }
    const { auth, product, order } = world.ports
    const enter = async (credentials: object) =>
      (await call(auth, 'POST', '/login', credentials)).access_token

    const ada = { username: 'ada', password: 'a long password of ada' }
    await call(auth, 'POST', '/register', ada)
    const token = await enter(ada)
    await call(auth, 'PUT', '/me/email', { email: 'ada@example.com', language: 'de' }, token)
    const asked = /^Bestätigen Sie Ihre E-Mail-Adresse$/
    await until('its mail arrived', START_MS, async () => (await mailOf(world, asked)).length > 0)
    const [verification] = await mailOf(world, asked)
    assert.deepEqual(verification!.to, ['ada@example.com'])
    const link = new RegExp(`http://127\\.0\\.0\\.1:${world.ports.storefront}/verify_email#token=(\\S+)`)
    const [, secret] = link.exec(verification!.text)!
    await call(auth, 'POST', '/email_verifications', { token: secret })

    const root = await enter(JSON.parse(readFileSync(join(world.dataDir, 'admin.json'), 'utf8')))
    const cup = { name: 'Cup', description: '', price: '5.00', stock: 9 }
    const { id } = await call(product, 'POST', '/products', cup, root)
    const buy = async () => {
      const lines = [{ product_id: id, quantity: 2 }]
      const { quote } = await call(order, 'POST', '/quotes', { lines, address: { country: 'DE' } })
      const street = { name: 'Ada', lines: ['Gasse 1'], postal_code: '10115', city: 'Berlin', country: 'DE' }
      const placed = { quote, email: 'ada@example.com', address: street, language: 'en' }
      return (await call(order, 'POST', '/orders', placed, token)).number as number
    }
    const arrived = async (number: number) =>
      (await mailOf(world, new RegExp(`^Order #${number} `))).map(({ subject }) => subject).toSorted()
    const expected = (number: number) => [`Order #${number} confirmed`, `Order #${number} received`]
    const all = (number: number) =>
      until('its mails arrived', START_MS, async () => (await arrived(number)).length >= 2)
    const first = await buy()
    await all(first)
    const [confirmed] = await mailOf(world, /confirmed$/)
    assert.match(confirmed!.text, /2 × Cup: \$10\.00/)

    const pid = readFileSync(join(world.dataDir, 'notification_service.pid'), 'utf8')
    process.kill(Number(pid), 'SIGKILL')
    const second = await buy()
    await all(second)
    assert.deepEqual([await arrived(first), await arrived(second)], [expected(first), expected(second)])
    shop.process.kill('SIGINT')
    assert.equal(await shop.ended, 0)
  })
})

suite('a running shop', () => {
  test('a service that is killed or stopped by a signal is restarted with a message; the shop works as before', async (t) => {
    const world = await newWorld(t)
    const shop = runScript(t, 'start.ts', world, '--no-demo')
    await shop.until(READY)
    const pidFile = join(world.dataDir, 'product_service.pid')
    const pids: string[] = []
    for (const [signal, said] of [
      ['SIGTERM', /product_service was stopped by a signal; restarting it in /],
      ['SIGKILL', /product_service exited unexpectedly \(SIGKILL\); restarting it in \d\.\d s/],
    ] as const) {
      const pid = readFileSync(pidFile, 'utf8')
      if (pids.length === 0)
        assert.match(shop.output(), new RegExp(`product_service .* process ${pid.trim()}\n`))
      pids.push(pid)
      const before = shop.output().length
      process.kill(Number(pid), signal)
      await shop.until(said)
      await until('it is ready again', START_MS, () =>
        shop.output().slice(before).includes('product_service is ready again'),
      )
      if (signal === 'SIGTERM') assert.doesNotMatch(shop.output(), /unexpectedly/)
    }
    pids.push(readFileSync(pidFile, 'utf8'))
    assert.equal(new Set(pids).size, 3, 'each has the number of its own process')
    assert.equal((await get(world.ports.product, '/products')).status, 200)
    const second = runScript(t, 'start.ts', world)
    assert.equal(await second.ended, 1)
    assert.match(second.output(), /already in use by a shop's auth_service: is the shop already running\?/)
  })

  test('two Ctrl-C within a second count as one; a later one forces the end, as no other signal does', async (t) => {
    const world = await newWorld(t, { DRAIN_DELAY_MS: '30000' })
    const shop = runScript(t, 'start.ts', world, '--no-demo')
    await shop.until(READY)
    shop.process.kill('SIGINT')
    await sleep(100)
    shop.process.kill('SIGINT')
    await shop.until(/SIGINT: stopping/)
    await sleep(1_200)
    shop.process.kill('SIGTERM')
    await sleep(1_200)
    shop.process.kill('SIGTERM')
    await sleep(200)
    assert.equal(shop.process.exitCode, null, 'still draining')
    shop.process.kill('SIGINT')
    assert.equal(await shop.ended, 1)
    assert.match(shop.output(), /Stopping at once/)
    await gone(world)
  })
})
