/**
 * Our stack on a Swarm: docker-compose.yml with overrides for the engine and the store. `close` removes everything
 * that was created here (stack, volumes, configs, secrets, networks, images of the test's tags).
 */
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundleScript } from '../../scripts/build/bundles.ts'
import { buildAllIfOld } from '../../scripts/build/parts.ts'
import type { Addresses } from '../cluster/load.ts'
import type { StoreRecords } from '../system/invariants.ts'
import { freePort, type ServiceName } from '../system/processes.ts'
import { readRecords } from '../system/store_records.ts'
import { until } from '../system/until.ts'
import { storePath } from '../system/world.ts'
import { docker, lines, succeeds } from './docker.ts'

export type Service = ServiceName | 'storefront'
export const SERVICES: readonly Service[] = [
  'auth_service',
  'product_service',
  'order_service',
  'notification_service',
  'payment_service',
  'storefront',
]
export const STORES = ['wire_compatible', 'sqlite', 'mongo_image'] as const
export type Store = (typeof STORES)[number]
/** The secrets that several processes share. */
export type Rotated = 'service_secret' | 'database_url' | 'mongo_keyfile'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '..', '..')
/** The names of the commands in README.md, which are run as they are written there. */
const STACK = 'ecommerce'
const TAG = 'latest'
const DATABASE_IMAGE = 'shop_test_mongo:latest'
const NEXT_TAG = 'shop_test_2'
const BROKEN_TAG = 'shop_test_3'
const BUILD_MS = 300_000
/** All services start at once, on one machine. */
const FIRST_START_MS = 240_000
/** A replica has two minutes to get ready, and some more health checks. */
const ROLLBACK_MS = 300_000
const CHANGE_MS = 120_000
/** Each probe runs the docker command several times, on the machine of the tested shop. */
const LOOK_AGAIN_MS = 1_000

export type Stack = {
  readonly addresses: Addresses & { readonly storefront: string }
  readonly admin: { readonly username: string; readonly password: string }
  replicasOf(service: Service): number
  /** SIGKILL to every container of the service, one after the other, each replaced before the next dies. */
  killContainers(service: Service): Promise<void>
  /** Resolves once this number of healthy containers run. */
  scale(service: Service, replicas: number): Promise<void>
  /** Deploys the same again, by docker and by stack:deploy: no task is replaced; and a change of the members: they stay. */
  deployAgain(): Promise<void>
  /** The three steps, each rolled out. No call is refused; members of the database are restarted for their own key alone. */
  rotate(secret: Rotated): Promise<void>
  /** A changed setting of the members, rolled out one after the other. */
  updateMembers(): Promise<void>
  /** SIGKILL to the primary of the database. */
  killPrimary(): Promise<void>
  /** Deploys the next version; resolves when all containers have it. */
  update(): Promise<void>
  /**
   * Deploys a version whose order_service never gets ready and whose other services do not start; resolves when Swarm
   * has rolled back all of them.
   */
  updateToBroken(): Promise<void>
  /** Resolves once each replica that checks tokens has written auth_service's keys to its data folder. */
  keysKept(): Promise<void>
  records(): Promise<StoreRecords>
  /** `npm run stack:ops`; resolves to what the command printed, and rejects if it fails. */
  ops(...args: readonly string[]): Promise<string>
}

/** Cleanup tasks, run in reverse order at the end. */
export type Undo = (() => Promise<unknown>)[]

/** Builds our images from our Dockerfile and deploys our stack file. Adds to `undo` before it makes anything. */
export async function deployStack(store: Store, baseImage: string, undo: Undo): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'shop_swarm_'))
  undo.push(async () => rmSync(folder, { recursive: true, force: true }))
  await refuseToShare()
  undo.push(() => removeImages())
  await buildImages(store, baseImage, folder)
  if ((await docker(['info', '--format', '{{.Swarm.LocalNodeState}}'])).trim() !== 'active') {
    await docker(['swarm', 'init', '--advertise-addr', '127.0.0.1'])
    undo.push(() => docker(['swarm', 'leave', '--force']))
  }
  const secrets = makeSecrets(store, folder)
  const settings = join(folder, 'stack.env')
  writeFileSync(settings, '')
  const [auth, products, orders] = [await freePort(), await freePort(), await freePort()]
  const storefront = await freePort()
  const env = {
    ...{ STACK, SECRETS_FOLDER: folder },
    ...{ DOOR_AUTH: String(auth), DOOR_PRODUCTS: String(products), DOOR_ORDERS: String(orders) },
    DOOR_STOREFRONT: String(storefront),
    // No port of their own: the balancer's ports are the only ones.
    ...{ PORT_MODE: 'host', AUTH_PORT: '0', PRODUCT_PORT: '0', ORDER_PORT: '0', STOREFRONT_PORT: '0' },
    // The balancer of the test has the ports, so there is none that two replicas could want.
    UPDATE_ORDER: 'start-first',
    LOG_LEVEL: 'warn',
    ...(store === 'wire_compatible' && { MONGO_IMAGE: DATABASE_IMAGE }),
  }
  const files = ['docker-compose.yml', 'tests/swarm/no_ipvs.yml', ...OVERRIDES[store]]
  const script = (name: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    run(process.execPath, [join(ROOT, 'scripts', name), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env, STACK_FILES: files.join(' '), ...more },
    })
  const deploy = (more: NodeJS.ProcessEnv = {}) =>
    script('stack_deploy.ts', ['--resolve-image', 'never', '--settings', settings], more)
  undo.push(() => removeStack())
  // The fifth of the commands.
  const byHand = (more: NodeJS.ProcessEnv = {}) =>
    docker(['stack', 'deploy', ...files.flatMap((file) => ['-c', file]), STACK], {
      env: { ...env, ...more },
      cwd: ROOT,
    })
  const created = async () => docker(['service', 'ls', '--quiet'])
  await assert.rejects(deploy({ TAG: 'never_built' }), /auth_service:never_built.* neither on this machine/)
  await assert.rejects(byHand({ SECRETS_FOLDER: '/nowhere' }), /no such file or directory|not found/)
  assert.equal(await created(), '')
  await byHand()
  const sizes = new Map(SERVICES.map((service) => [service, 2]))
  if (store === 'wire_compatible') sizes.set('product_service', 1)
  const whole = (tag: string, deadlineMs = CHANGE_MS) =>
    Promise.all(
      SERVICES.map((service) => healthy(service, sizes.get(service)!, `${service}:${tag}`, deadlineMs)),
    )
  await whole(TAG, FIRST_START_MS)
  const at = (port: number) => `http://127.0.0.1:${port}`
  return {
    addresses: { auth: at(auth), products: at(products), orders: at(orders), storefront: at(storefront) },
    admin: { username: 'admin', password: secrets.adminPassword },
    replicasOf: (service) => sizes.get(service)!,
    async killContainers(service) {
      for (const container of await containersOf(service)) {
        await docker(['kill', '--signal', 'KILL', container])
        await healthy(service, sizes.get(service)!)
      }
    },
    async scale(service, replicas) {
      await docker(['service', 'scale', '--detach', `${STACK}_${service}=${replicas}`])
      await healthy(service, replicas)
    },
    async deployAgain() {
      const before = await tasks()
      await byHand()
      await deploy()
      await deploy()
      assert.deepEqual(await tasks(), before)
      // What changes for the members waits for stack:database.
      const membersBefore = await members()
      await deploy({ MONGO_MEMORY: '3G', MONGO_IMAGE: `auth_service:${TAG}` })
      assert.deepEqual(await members(), membersBefore)
    },
    async rotate(secret) {
      const before = await members()
      for (const step of ['prepare', 'switch', 'retire']) {
        await script('stack_secrets.ts', ['--folder', folder, `--${step}`, secret])
        if (secret === 'mongo_keyfile') await script('stack_database.ts', ['--settings', settings])
        else await deploy({ TAG: NEXT_TAG })
        // It gives the users of the database their passwords.
        if (secret === 'database_url')
          await until('mongo_init has ended', CHANGE_MS, initEnded, LOOK_AGAIN_MS)
        await whole(NEXT_TAG)
      }
      if (secret === 'mongo_keyfile') assert.notDeepEqual(await members(), before)
      else assert.deepEqual(await members(), before)
      const logs = await docker(['service', 'logs', '--raw', `${STACK}_order_service`])
      assert.doesNotMatch(logs, /unauthenticated|answered 401/)
    },
    async updateMembers() {
      await script('stack_database.ts', ['--settings', settings], { MONGO_MEMORY: '1500M' })
    },
    async killPrimary() {
      const [member] = await containersOf('mongo1')
      const hello = ['mongosh', '--quiet', '--eval', 'db.hello().primary']
      const primary = (await docker(['exec', member!, ...hello])).trim().split(':')[0]!
      const [container] = await containersOf(primary)
      await docker(['kill', '--signal', 'KILL', container!])
    },
    async update() {
      await deploy({ TAG: NEXT_TAG })
      await whole(NEXT_TAG)
    },
    async updateToBroken() {
      await deploy({ TAG: BROKEN_TAG })
      const rolledBack = async () =>
        (await Promise.all(SERVICES.map((service) => isBackAt(NEXT_TAG, service)))).every(Boolean)
      await until('every service is rolled back', ROLLBACK_MS, rolledBack, LOOK_AGAIN_MS)
      await whole(NEXT_TAG)
    },
    async keysKept() {
      for (const service of ['product_service', 'order_service'] as const) {
        for (const container of await containersOf(service)) {
          const written = () =>
            succeeds('docker', 'exec', container, 'test', '-s', `/shop/data/${service}.jwks.json`)
          await until(`${service} keeps the keys`, CHANGE_MS, written, LOOK_AGAIN_MS)
        }
      }
    },
    records: () => (store === 'sqlite' ? sqliteRecords(folder) : mongoRecords()),
    ops: async (...args) => (await script('stack_ops.ts', args)).stdout,
  }
}

const OVERRIDES: Readonly<Record<Store, readonly string[]>> = {
  wire_compatible: ['tests/swarm/store_wire_compatible.yml'],
  sqlite: ['tests/swarm/store_sqlite.yml'],
  mongo_image: [],
}

/** Two kinds of faulty versions: one exits at once, one runs but cannot reach its database. */
const NEVER_THERE = ['node', '--eval', 'process.exit(1)']
const NEVER_READY = [
  'sh',
  '-c',
  "unset DATABASE_URL_FILE; DATABASE_URL='mongodb://nowhere.invalid/?replicaSet=rs0' exec node dist/main.mjs",
]

/** The test uses the names of the documented commands, so the engine must not have a shop already. */
async function refuseToShare() {
  const images = await Promise.all(
    SERVICES.map((name) => succeeds('docker', 'image', 'inspect', `${name}:${TAG}`)),
  )
  const stacks = await docker(['stack', 'ls', '--format', '{{.Name}}']).catch(() => '')
  if (images.some(Boolean) || lines(stacks).includes(STACK)) {
    throw new Error(
      `This engine has a stack or images of the shop (${STACK}, ${SERVICES.join(', ')}): use another.`,
    )
  }
}

const SERVER_IMAGE = `FROM BASE
COPY jongodb /jongodb
RUN chmod 755 /jongodb
`

async function buildImages(store: Store, baseImage: string, folder: string) {
  await buildAllIfOld()
  const env = (await succeeds('docker', 'buildx', 'version')) ? {} : { DOCKER_BUILDKIT: '0' }
  for (const service of SERVICES) {
    // The first of the commands in README.md; the argument is for machines that reach no registry.
    const args = ['build', '--build-arg', `NODE_IMAGE=${baseImage}`, '-t', service, `./${service}`]
    await docker(args, { env, cwd: ROOT, deadlineMs: BUILD_MS })
    await docker(['tag', `${service}:${TAG}`, `${service}:${NEXT_TAG}`])
    const broken = `FROM ${service}:${TAG}\nCMD ${JSON.stringify(service === 'order_service' ? NEVER_READY : NEVER_THERE)}\n`
    await docker(['build', '--tag', `${service}:${BROKEN_TAG}`, '-'], { env, input: broken })
  }
  if (store === 'sqlite') return
  await docker(['build', '--build-arg', `NODE_IMAGE=${baseImage}`, '-t', 'ops', './ops'], {
    ...{ env, cwd: ROOT },
    deadlineMs: BUILD_MS,
  })
  if (store !== 'wire_compatible') return
  const server = createRequire(import.meta.url).resolve(
    '@jongodb/memory-server-bin-linux-x64-gnu/bin/jongodb',
  )
  copyFileSync(server, join(folder, 'jongodb'))
  writeFileSync(join(folder, 'Dockerfile'), SERVER_IMAGE.replace('BASE', baseImage))
  await docker(['build', '--tag', DATABASE_IMAGE, folder], { env, deadlineMs: BUILD_MS })
}

function makeSecrets(store: Store, folder: string): { adminPassword: string } {
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'stack_secrets.ts'), '--folder', folder], {
    stdio: 'ignore',
  })
  if (store === 'wire_compatible') {
    const url = 'mongodb://mongo1:27017/?replicaSet=rs0&serverMonitoringMode=poll\n'
    for (const name of ['database_url', 'backup_url', 'doctor_url']) {
      rmSync(join(folder, name))
      writeFileSync(join(folder, name), url)
    }
    // As if it had been made like this.
    rmSync(join(folder, 'versions.json'))
  }
  return { adminPassword: readFileSync(join(folder, 'admin_password'), 'utf8').trim() }
}

/** The running tasks of the stack. */
const tasks = async () =>
  lines(
    await docker([
      ...['stack', 'ps', '--filter', 'desired-state=running', '--no-trunc', '--format', '{{.Name}} {{.ID}}'],
      STACK,
    ]),
  ).sort()

const members = async () => (await tasks()).filter((task) => /_mongo\d\./.test(task))

async function initEnded(): Promise<boolean> {
  const states = await docker(['service', 'ps', '--format', '{{.CurrentState}}', `${STACK}_mongo_init`])
  return lines(states)[0]?.startsWith('Complete') ?? false
}

const labelOf = (service: string) => `label=com.docker.swarm.service.name=${STACK}_${service}`

const containersOf = async (service: string, ...filters: readonly string[]) =>
  lines(
    await docker([
      ...['ps', '--quiet', '--filter', labelOf(service)],
      ...filters.flatMap((filter) => ['--filter', filter]),
    ]),
  )

/** Whether exactly `count` containers run, all of them healthy and, if `image` is given, of this image. */
const healthy = (service: Service, count: number, image = '', deadlineMs = CHANGE_MS) =>
  until(
    `${count} healthy containers of ${service}`,
    deadlineMs,
    async () => {
      const running = await containersOf(service)
      if (running.length !== count) return false
      const wanted = await containersOf(service, 'health=healthy', ...(image ? [`ancestor=${image}`] : []))
      return wanted.length === count && (await updated(service))
    },
    LOOK_AGAIN_MS,
  )

async function updated(service: Service): Promise<boolean> {
  const state = await updateState(service)
  if (/^(paused|rollback_paused)/.test(state)) throw new Error(`The update of ${service} failed: ${state}`)
  return state === '' || state.startsWith('completed') || state.startsWith('rollback_completed')
}

async function updateState(service: Service): Promise<string> {
  const format = '{{if .UpdateStatus}}{{.UpdateStatus.State}} {{.UpdateStatus.Message}}{{end}}'
  return (await docker(['service', 'inspect', '--format', format, `${STACK}_${service}`])).trim()
}

/**
 * Whether the service has its previous specification again and no update runs. Swarm calls that `rollback_completed`, or
 * only `completed` if the old replica of the service was stopped first.
 */
async function isBackAt(tag: string, service: Service): Promise<boolean> {
  const format = '{{.Spec.TaskTemplate.ContainerSpec.Image}}'
  const image = (await docker(['service', 'inspect', '--format', format, `${STACK}_${service}`])).trim()
  return image === `${service}:${tag}` && /^(rollback_)?completed/.test(await updateState(service))
}

/** Read inside a container, because the database cannot be reached from outside; with the driver in the program. */
async function mongoRecords(): Promise<StoreRecords> {
  const [container] = await containersOf('order_service')
  const { files } = await bundleScript(join(ROOT, 'tests', 'swarm', 'print_records.ts'))
  const args = ['exec', '--interactive', container!, 'node', '--input-type=module', '-']
  return JSON.parse(await docker(args, { input: files.at(-1)!.code }))
}

/** A copy of each file, made by SQLite itself in the service's own container. */
async function sqliteRecords(folder: string): Promise<StoreRecords> {
  for (const [service, file] of [
    ['product_service', 'products.db'],
    ['order_service', 'orders.db'],
  ] as const) {
    const [container] = await containersOf(service)
    const program = `
      const { backup, DatabaseSync } = require('node:sqlite')
      const copy = '/tmp/' + require('node:crypto').randomUUID()
      backup(new DatabaseSync('/shop/data/${file}'), copy).then(() =>
        process.stdout.write(require('node:fs').readFileSync(copy).toString('base64')))`
    const copy = await docker(['exec', container!, 'node', '-e', program])
    writeFileSync(storePath(folder, service), Buffer.from(copy, 'base64'))
  }
  return readRecords(folder)
}

async function removeStack() {
  await docker(['stack', 'rm', STACK], { deadlineMs: CHANGE_MS }).catch(() => {})
  const ours = `label=com.docker.stack.namespace=${STACK}`
  const gone = async () => {
    const left = [
      await docker(['ps', '--all', '--quiet', '--filter', ours]),
      await docker(['network', 'ls', '--quiet', '--filter', ours]),
    ]
    return left.join('') === ''
  }
  await until('the stack is gone', CHANGE_MS, gone, LOOK_AGAIN_MS)
  for (const volume of lines(await docker(['volume', 'ls', '--quiet', '--filter', ours]))) {
    await docker(['volume', 'rm', volume])
  }
}

async function removeImages() {
  const names = SERVICES.flatMap((service) => [TAG, NEXT_TAG, BROKEN_TAG].map((tag) => `${service}:${tag}`))
  await docker(['image', 'rm', '--force', ...names, 'ops', DATABASE_IMAGE]).catch(() => {})
}

/** The state of every task and update, and the last log lines of each service. */
export async function printFailures() {
  const format = '{{.Name}}  {{.CurrentState}}  {{.Error}}'
  console.error(await docker(['stack', 'ps', '--no-trunc', '--format', format, STACK]).catch(() => ''))
  for (const service of SERVICES) {
    const update = await updateState(service).catch(() => '')
    if (update) console.error(`${service}  ${update}`)
    const logs = await docker(['service', 'logs', '--tail', '4', `${STACK}_${service}`]).catch(() => '')
    if (logs) console.error(logs)
  }
}
