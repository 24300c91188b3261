/** What `npm run stack:deploy` makes of the stack file: the members of the database stay as they are. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, suite, type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import {
  DEFINITION,
  definitionOf,
  MEMBERS,
  nameOfSecret,
  render,
  servicesIn,
  withServices,
} from '../../scripts/stack/rendering.ts'
import { countVersions, SECRETS } from '../../scripts/stack/versions.ts'
import { needs, ROOT } from './rendering.ts'

const FILE = join(ROOT, 'docker-compose.yml')
const rendering = (env: NodeJS.ProcessEnv = {}, files: readonly string[] = [FILE]) =>
  render(files, { SECRETS_FOLDER: '/nowhere', ...env })

suite('the rendered stack', { skip: needs('docker', 'stack', '--help') }, () => {
  let rendered = ''
  before(() => {
    rendered = rendering()
  })

  test('is divided into its services as a parser of YAML divides it', () => {
    const all = parse(rendered)
    assert.deepEqual(servicesIn(rendered), Object.keys(all.services))
    const without = parse(withServices(rendered, (service) => !service.startsWith('mongo')))
    for (const name of Object.keys(all.services)) if (name.startsWith('mongo')) delete all.services[name]
    assert.deepEqual(without, all)
    assert.equal(nameOfSecret(rendered, 'mongo_root_password'), 'ecommerce_mongo_root_password_1')
  })

  test('means the same when docker reads it again', () => {
    const again = parse(
      execFileSync('docker', ['stack', 'config', '-c', '-'], { input: rendered, encoding: 'utf8' }),
    )
    const once = parse(
      execFileSync('docker', ['stack', 'config', '-c', FILE], {
        encoding: 'utf8',
        env: { ...process.env, SECRETS_FOLDER: '/nowhere' },
      }),
    )
    for (const member of MEMBERS) delete again.services[member].deploy.labels
    assert.deepEqual(again, once)
  })

  test('has the same members whatever changes in the shop; each MONGO_ variable changes them', () => {
    const definitions = (env: NodeJS.ProcessEnv) =>
      MEMBERS.map((member) => definitionOf(rendering(env), member))
    const now = MEMBERS.map((member) => definitionOf(rendered, member))
    assert.deepEqual(
      definitions({
        ...{
          TAG: '2',
          REGISTRY: 'r.example/',
          PORT_MODE: 'host',
          UPDATE_ORDER: 'stop-first',
          CURRENCY: 'EUR',
        },
        ...{ SERVICE_SECRET_VERSION: '7', SERVICE_SECRET_OTHER_VERSION: '7', DATABASE_URL_VERSION: '7' },
        ...{
          ADMIN_PASSWORD_VERSION: '7',
          MONGO_SHOP_PASSWORD_VERSION: '7',
          MONGO_SHOP_2_PASSWORD_VERSION: '7',
        },
        ...{ MONGO_INIT_VERSION: '7', LOG_LEVEL: 'debug', AUTH_REPLICAS: '5', SERVICE_MEMORY: '1G' },
        MONGO_ELECTION_TIMEOUT_MS: '5000',
      }),
      now,
    )
    for (const [name, value] of Object.entries({
      ...{ MONGO_IMAGE: 'mongo:9', MONGO_CACHE_GB: '2', MONGO_MEMORY: '4G', LOG_MAX_SIZE: '1m' },
    })) {
      assert.ok(
        definitions({ [name]: value }).every((definition, i) => definition !== now[i]),
        name,
      )
    }
    const place = definitions({ MONGO2_CONSTRAINT: 'node.labels.mongo==2' })
    assert.deepEqual(
      place.map((definition, i) => definition === now[i]),
      [true, false, true],
    )
    assert.match(rendered, new RegExp(`mongo1:\n    deploy:\n      labels:\n        ${DEFINITION}: `))
  })

  test('names secrets and configs after the stack', () => {
    const { secrets, configs } = parse(rendering({ STACK: 'other', SERVICE_SECRET_VERSION: '3' }))
    assert.equal(secrets.service_secret.name, 'other_service_secret_3')
    const names = [...Object.values<{ name: string }>(secrets), ...Object.values<{ name: string }>(configs)]
    assert.ok(names.every(({ name }) => name.startsWith('other_')))
    assert.deepEqual(Object.keys(secrets).sort(), [...SECRETS].sort())
  })

  test('has encrypted networks, unless another file replaces them', () => {
    for (const network of Object.values<{ driver_opts: object }>(parse(rendered).networks)) {
      assert.deepEqual(network.driver_opts, { encrypted: '' })
    }
    const plain = parse(rendering({}, [FILE, join(ROOT, 'deploy', 'swarm', 'plain_networks.yml')])).networks
    assert.doesNotMatch(JSON.stringify(plain), /encrypted/)
    assert.equal(plain.database.internal, true)
    assert.equal(plain.front.ipam.config[0].subnet, '10.89.0.0/24')
  })

  test('reaches the database by TLS if a file and three variables say so', () => {
    const files = [FILE, join(ROOT, 'deploy', 'swarm', 'mongo_tls.yml')]
    const { services } = parse(
      rendering({ MONGO_EXTRA_ARGS: '--tlsMode requireTLS', MONGO_URL_OPTIONS: 'tls=true' }, files),
    )
    const secretsOf = (name: string) =>
      services[name].secrets
        .map(({ source }: { source: string }) => source)
        .filter((name: string) => /tls/.test(name))
    for (const member of MEMBERS) {
      assert.match(services[member].entrypoint.at(-1), / --tlsMode requireTLS$/m)
      assert.deepEqual(secretsOf(member), ['mongo_tls_ca', 'mongo_tls_certificate'])
    }
    for (const name of [
      'auth_service',
      'product_service',
      'order_service',
      'notification_service',
      'payment_service',
      'mongo_init',
    ])
      assert.deepEqual(secretsOf(name), ['mongo_tls_ca'], name)
    assert.equal(services.mongo_init.environment.MONGO_URL_OPTIONS, 'tls=true')
    assert.ok(services.product_service.secrets.length > 3)
  })

  test('keeps pictures in an S3-compatible store if a file and a variable say so; its keys reach product_service alone', () => {
    const files = [FILE, join(ROOT, 'deploy', 'swarm', 'media_s3.yml')]
    const { services } = parse(
      rendering({ MEDIA_URL: 's3://shop/pictures', MEDIA_REGION: 'eu-central-1' }, files),
    )
    const { environment, secrets } = services.product_service
    assert.deepEqual(
      [environment.MEDIA_URL, environment.MEDIA_REGION],
      ['s3://shop/pictures', 'eu-central-1'],
    )
    for (const name of ['media_access_key_id', 'media_secret_access_key']) {
      assert.equal(environment[`${name.toUpperCase()}_FILE`], `/run/secrets/${name}`)
      const isPassed = ({ source }: { source: string }) => source === name
      assert.ok(secrets.some(isPassed))
      assert.ok(environment.DATABASE_URL_FILE && secrets.length > 4, 'it keeps what it has')
      assert.ok(!services.order_service.secrets.some(isPassed))
    }
  })

  test('takes payments by card if a file and a variable say so; the keys reach payment_service alone', () => {
    const files = [FILE, join(ROOT, 'deploy', 'swarm', 'stripe.yml')]
    const { services } = parse(rendering({ PUBLIC_URL: 'https://shop.example.com' }, files))
    const { environment, secrets } = services.payment_service
    assert.deepEqual(
      [environment.PAYMENT_PROVIDER, environment.PUBLIC_URL],
      ['stripe', 'https://shop.example.com'],
    )
    assert.ok(environment.DATABASE_URL_FILE && environment.ORDER_URL, 'it keeps what it has')
    const ordering = (variables: Record<string, string>) =>
      parse(rendering({ PUBLIC_URL: 'https://shop.example.com', ...variables }, files)).services.order_service
        .environment
    assert.deepEqual([ordering({}).PAYMENTS, ordering({}).PAYMENT_METHODS], ['off', 'card'])
    const on = ordering({ PAYMENTS: 'required', PAYMENT_METHODS: 'card,invoice' })
    assert.deepEqual([on.PAYMENTS, on.PAYMENT_METHODS], ['required', 'card,invoice'])
    assert.equal(on.PAYMENT_URL, 'http://payment_service:5003')
    const keys = ['stripe_secret_key', 'stripe_webhook_secret']
    for (const key of keys) assert.equal(environment[`${key.toUpperCase()}_FILE`], `/run/secrets/${key}`)
    const sourcesOf = (each: { secrets?: { source: string }[] }) =>
      (each.secrets ?? []).map(({ source }) => source)
    assert.deepEqual(sourcesOf({ secrets }).slice(-2), keys)
    const holders = Object.entries<{ secrets?: { source: string }[] }>(services)
      .filter(([, each]) => sourcesOf(each).some((source) => keys.includes(source)))
      .map(([name]) => name)
    assert.deepEqual(holders, ['payment_service'])
  })

  test('sends mails if a file says so; the address of the server reaches notification_service alone', () => {
    const files = [FILE, join(ROOT, 'deploy', 'swarm', 'smtp.yml')]
    const given = { PUBLIC_URL: 'https://shop.example.com', MAIL_FROM: 'orders@shop.example.com' }
    const { services } = parse(rendering(given, files))
    const { environment } = services.notification_service
    assert.deepEqual(
      [environment.SMTP_URL_FILE, environment.MAIL_FROM, environment.PUBLIC_URL],
      ['/run/secrets/smtp_url', given.MAIL_FROM, given.PUBLIC_URL],
    )
    const holders = Object.entries<{ secrets?: { source: string }[] }>(services)
      .filter(([, { secrets = [] }]) => secrets.some(({ source }) => source === 'smtp_url'))
      .map(([name]) => name)
    assert.deepEqual(holders, ['notification_service'])
  })

  test('rotates logs and limits every service', () => {
    for (const [name, service] of Object.entries<ReturnType<typeof parse>>(parse(rendered).services)) {
      assert.deepEqual(
        service.logging,
        { driver: 'json-file', options: { 'max-file': '5', 'max-size': '10m' } },
        name,
      )
    }
  })
})

function folderOfSecrets(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'shop_versions_'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'scripts', 'stack_secrets.ts'), '--folder', folder, ...args], {
      encoding: 'utf8',
    })
  assert.equal(run().status, 0)
  return { folder, run, read: (name: string) => readFileSync(join(folder, name), 'utf8').trim() }
}

const changed = (a: Record<string, string>, b: Record<string, string>) =>
  Object.keys(b).filter((name) => a[name] !== b[name])

suite('the versions of the secrets', () => {
  test('a secret that changes gets the next one, also if it was edited by hand; the others keep theirs', (t) => {
    const { folder, run } = folderOfSecrets(t)
    const first = countVersions(folder, ROOT)
    assert.ok(Object.values(first).every((version) => version === '1'))
    assert.deepEqual(countVersions(folder, ROOT), first)
    run('--prepare', 'service_secret')
    const second = countVersions(folder, ROOT)
    assert.deepEqual(changed(first, second), ['SERVICE_SECRET_OTHER_VERSION'])
    rmSync(join(folder, 'database_url'))
    writeFileSync(join(folder, 'database_url'), 'mongodb://elsewhere/?replicaSet=rs0')
    assert.deepEqual(changed(second, countVersions(folder, ROOT)), ['DATABASE_URL_VERSION'])
  })

  test('so does the script of the database', (t) => {
    const { folder } = folderOfSecrets(t)
    const first = countVersions(folder, ROOT)
    const root = join(folder, 'root')
    mkdirSync(join(root, 'deploy', 'mongo'), { recursive: true })
    const copy = join(root, 'deploy', 'mongo', 'mongo_init.js')
    copyFileSync(join(ROOT, 'deploy', 'mongo', 'mongo_init.js'), copy)
    assert.deepEqual(countVersions(folder, root), first)
    writeFileSync(copy, '// another\n')
    assert.deepEqual(changed(first, countVersions(folder, root)), ['MONGO_INIT_VERSION'])
  })
})

suite('a secret is replaced in steps, each of which accepts what the one before sends', () => {
  test('service_secret', (t) => {
    const { run, read } = folderOfSecrets(t)
    const accepted = () => [read('service_secret'), read('service_secret_other')]
    const old = read('service_secret')
    run('--prepare', 'service_secret')
    const next = read('service_secret_other')
    assert.equal(read('service_secret'), old)
    run('--switch', 'service_secret')
    assert.deepEqual(accepted(), [next, old])
    const again = run('--switch', 'service_secret')
    assert.deepEqual([again.status, accepted()], [0, [next, old]], 'a second switch does not go back')
    assert.equal(run('--prepare', 'service_secret', '--switch', 'service_secret').status, 1)
    run('--retire', 'service_secret')
    assert.equal(read('service_secret'), next)
    assert.ok(!accepted().includes(old))
  })

  test('the password of the database: the other of two users', (t) => {
    const { folder, run, read } = folderOfSecrets(t)
    assert.match(read('database_url'), /^mongodb:\/\/shop:/)
    run('--prepare', 'database_url')
    const next = read('mongo_shop_2_password')
    // Options that the operator adds stay.
    const url = read('database_url')
    rmSync(join(folder, 'database_url'))
    writeFileSync(join(folder, 'database_url'), `${url}&tls=true\n`)
    run('--switch', 'database_url')
    assert.equal(read('database_url'), `${url.replace(/shop:[^@]*/, () => `shop_2:${next}`)}&tls=true`)
    run('--switch', 'database_url')
    assert.match(read('database_url'), /shop_2:/, 'a second switch does not go back')
    const old = read('mongo_shop_password')
    run('--retire', 'database_url')
    assert.notEqual(read('mongo_shop_password'), old)
    assert.ok(read('database_url').includes(next))

    rmSync(join(folder, 'database_url'))
    writeFileSync(join(folder, 'database_url'), 'mongodb+srv://us:secret@cluster.example.com/')
    const { status, stderr } = run('--switch', 'database_url')
    assert.equal(status, 1)
    assert.match(stderr, /was not made by this command/)
  })

  test('the password of a user of the operator: at once, with its URL', (t) => {
    const { run, read } = folderOfSecrets(t)
    const [backup, doctor] = [read('backup_url'), read('doctor_url')]
    assert.ok(backup.startsWith(`mongodb://shop_backup:${read('mongo_backup_password')}@mongo1:27017,`))
    assert.ok(doctor.startsWith(`mongodb://shop_doctor:${read('mongo_doctor_password')}@mongo1:27017,`))
    run('--renew', 'mongo_backup_password')
    assert.notEqual(read('backup_url'), backup)
    assert.ok(read('backup_url').includes(read('mongo_backup_password')))
    assert.equal(read('doctor_url'), doctor)
  })

  test('the key of the members: mongod accepts every key of a list and uses the first', (t) => {
    const { run, read } = folderOfSecrets(t)
    const old = read('mongo_keyfile')
    run('--prepare', 'mongo_keyfile')
    const [first, second] = parse(read('mongo_keyfile'))
    assert.equal(first, old)
    run('--switch', 'mongo_keyfile')
    run('--switch', 'mongo_keyfile')
    assert.deepEqual(parse(read('mongo_keyfile')), [second, old])
    run('--retire', 'mongo_keyfile')
    assert.equal(read('mongo_keyfile'), second)
    assert.match(run('--switch', 'mongo_keyfile').stderr, /--prepare mongo_keyfile first/)
    assert.match(run('--prepare', 'admin_password').stderr, /has no steps/)
  })
})

suite('npm run stack:deploy', () => {
  const deploy = (env: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, [join(ROOT, 'scripts', 'stack_deploy.ts')], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    })

  test('names the secrets that are missing, before it asks docker for anything', () => {
    const { status, stderr } = deploy({ SECRETS_FOLDER: '/nowhere', PATH: '/nowhere' })
    assert.equal(status, 1)
    assert.match(stderr, /^\/nowhere lacks service_secret, .*`npm run stack:secrets`/)
  })
})
