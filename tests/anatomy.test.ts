/**
 * The services are built in the same way, as docs/anatomy.md shows, and the storefront as far as it has the same
 * parts. A rule is a function from the files of a service to complaints. Each rule is tried on the smallest service, on a
 * broken copy of it, and on our services.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { COMPILE_CACHE } from '@shop/service_kit/test_support/compile_cache'
import { ANATOMY_PAGE, SMALLEST_SERVICE, withFiles } from '../scripts/docs/anatomy_page.ts'

const ROOT = join(import.meta.dirname, '..')
const SERVICES = [
  'auth_service',
  'product_service',
  'notification_service',
  'order_service',
  'payment_service',
]
/** It has neither a domain nor a store; every other rule holds for it too. */
const BUILT_ALIKE = [...SERVICES, 'storefront']
const START_MS = 60_000

/** The texts of the files, by path inside the folder of the service. */
type Files = Readonly<Record<string, string>>
type Rule = (files: Files) => string[]

const filesOf = (folder: string): Files =>
  Object.fromEntries(
    globSync('src/**/*.ts', { cwd: join(ROOT, folder) }).map((path) => [
      path,
      readFileSync(join(ROOT, folder, path), 'utf8'),
    ]),
  )
const smallest = filesOf(SMALLEST_SERVICE)
const files = new Map(BUILT_ALIKE.map((name) => [name, filesOf(name)]))

const matching = (files: Files, path: RegExp) => Object.entries(files).filter(([each]) => path.test(each))
const upper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)
const camel = (name: string) => name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase())

/** Complaints about names that the file does not export. */
const lacks = (files: Files, path: string, ...names: readonly string[]) =>
  names
    .filter(
      (name) =>
        !new RegExp(`^export (async )?(const|function|type|class) ${name}\\b`, 'm').test(files[path] ?? ''),
    )
    .map((name) => `${path} does not export ${name}`)

const routeFilesExportTheirRoutes: Rule = (files) =>
  matching(files, /^src\/http\/\w+_routes\.ts$/).flatMap(([path]) => {
    const routes = camel(path.slice('src/http/'.length, -'.ts'.length))
    return lacks(files, path, routes, `${upper(routes)}Deps`)
  })

const routesShowAddressOperationHandler: Rule = (files) =>
  matching(files, /^src\/http\//).flatMap(([path, text]) => [
    ...(/_routes\.ts$/.test(path) ? [...text.matchAll(/^\s*(schema|config):/gm)] : []).map(
      ([, word]) => `${path} has ${word}:`,
    ),
    ...[
      ...text.matchAll(
        /\b(?:app|scope)\.(?:get|head|post|put|patch|delete)\(\s*[^,]+,\s*(\w+|\{ \.\.\.\w+,|\{)/g,
      ),
    ]
      .filter(
        ([, operation = '']) => !/_routes\.ts$/.test(path) || !/^(\{ \.\.\.)?\w+Operation\b/.test(operation),
      )
      .map(([, operation]) => `${path} has a route with ${operation}`),
  ])

/** The verbs with which an operation id may begin. */
const VERBS =
  /^(add|adjust|cancel|capture|change|confirm|create|delete|end|erase|export|forward|get|list|login|logout|make|patch|place|publish|receive|refresh|refund|register|release|replace|request|reserve|reset|set|ship|sign|upload|verify|watch)([A-Z]|$)/
const operationsAreCalledByTheirIds: Rule = (files) =>
  matching(files, /^src\/http\//).flatMap(([path, text]) =>
    [...text.matchAll(/(\w+) =\s*operation\(\{\s*operationId: '([^']*)'/g)]
      .filter(
        ([, name, id = '']) =>
          !/_schemas\.ts$/.test(path) ||
          name !== `${id}Operation` ||
          !/^[a-z]+([A-Z][a-z]+)*$/.test(id) ||
          !VERBS.test(id),
      )
      .map(([, name, id]) => `${path}: ${name} is ${id}`),
  )
const operationsAreDeclaredInSchemas: Rule = (files) =>
  matching(files, /^src\/http\//).flatMap(([path, text]) => {
    const declared = text.match(/\boperation\(/g)?.length ?? 0
    const named = text.match(/^export const \w+Operation =\s*operation\(\{\s*operationId: '/gm)?.length ?? 0
    return declared === named ? [] : [`${path} has operations without an export or an operationId first`]
  })

const problemsAreOneTable: Rule = (files) => lacks(files, 'src/http/problems.ts', 'PROBLEMS')
const configHasItsNames: Rule = (files) =>
  lacks(files, 'src/config.ts', 'SERVICE', 'ConfigSchema', 'Config', 'readConfig')

const createAppReturnsAnApp: Rule = (files) => [
  ...lacks(files, 'src/app.ts', 'Deps', 'createApp'),
  ...(/^export function createApp\([^)]*: Deps\): App \{/m.test(files['src/app.ts'] ?? '')
    ? []
    : ['createApp does not make an App from Deps']),
]

const IN_MAIN = ['config', 'logger', 'metrics', 'tracing', 'stores', 'deps']
const mainIsInOrder: Rule = (files) => {
  const text = files['src/main.ts'] ?? ''
  const made = [...text.matchAll(/^ {2}const (\w+)\b/gm)]
    .map(([, name = '']) => name)
    .filter((name) => IN_MAIN.includes(name))
  const expected = IN_MAIN.filter((name) => name !== 'stores' || 'src/storage/open_stores.ts' in files)
  return made.join() === expected.join() ? [] : [`main.ts makes ${made.join(', ')}`]
}

const storesAreOpenedAlike: Rule = (files) =>
  matching(files, /^src\/storage\//).length === 0
    ? []
    : [
        ...lacks(files, 'src/domain/ports.ts', 'Stores'),
        ...lacks(files, 'src/storage/open_stores.ts', 'DATABASE_FILE', 'openStores', 'openSqliteStores'),
        ...lacks(files, 'src/storage/open_mongo.ts', 'MONGO_DATABASE', 'openMongoStores'),
      ]

/** Each rule, and how it is broken: by replacing a text in a file of the smallest service. */
const RULES: readonly (readonly [name: string, rule: Rule, path: string, from: string, to: string])[] = [
  [
    'a route file exports its routes and their dependencies',
    routeFilesExportTheirRoutes,
    'src/http/greeting_routes.ts',
    'export type GreetingRoutesDeps',
    'export type Deps',
  ],
  [
    'a route is an address, an operation and a handler, in a route file',
    routesShowAddressOperationHandler,
    'src/http/greeting_routes.ts',
    'getGreetingOperation, async',
    "{ schema: {}, config: { access: 'public' } }, async",
  ],
  [
    'an operation is named by its id, which begins with a verb',
    operationsAreCalledByTheirIds,
    'src/http/greeting_schemas.ts',
    "operationId: 'getGreeting'",
    "operationId: 'get_greeting'",
  ],
  [
    'an operation is exported and begins with its id',
    operationsAreDeclaredInSchemas,
    'src/http/greeting_schemas.ts',
    'export const getGreetingOperation',
    'const getGreetingOperation',
  ],
  [
    'problems.ts has the table',
    problemsAreOneTable,
    'src/http/problems.ts',
    'const PROBLEMS',
    'const ALL_PROBLEMS',
  ],
  [
    'config.ts has the name of the service, its schema, its type and its reader',
    configHasItsNames,
    'src/config.ts',
    'const readConfig',
    'const readSmallestConfig',
  ],
  ['createApp makes an App from Deps', createAppReturnsAnApp, 'src/app.ts', ': App {', ': { app: App } {'],
  [
    'main.ts makes its parts in one order, under one name',
    mainIsInOrder,
    'src/main.ts',
    'const tracing',
    'const spans',
  ],
]

suite('the anatomy of a service', () => {
  for (const [name, rule, path, from, to] of RULES) {
    test(`${name}: a service that breaks it is noticed`, () => {
      assert.deepEqual(rule(smallest), [])
      const text = smallest[path]!.replace(from, to)
      assert.notEqual(text, smallest[path])
      assert.equal(rule({ ...smallest, [path]: text }).length, 1)
    })
    for (const service of BUILT_ALIKE) {
      test(`${name}: ${service}`, () => assert.deepEqual(rule(files.get(service)!), []))
    }
  }

  test('stores are opened in the same way: a service that opens them in another way is noticed', () => {
    assert.equal(storesAreOpenedAlike({ ...smallest, 'src/storage/open_stores.ts': '' }).length, 6)
  })
  for (const service of SERVICES) {
    test(`stores are opened in the same way: ${service}`, () => {
      const own = files.get(service)!
      assert.ok('src/storage/open_stores.ts' in own)
      assert.deepEqual(storesAreOpenedAlike(own), [])
    })
  }
})

suite('the smallest service', { timeout: START_MS }, () => {
  test('starts, answers, refuses, and stops', async (t) => {
    const DATA_DIR = mkdtempSync(join(tmpdir(), 'smallest-'))
    t.after(() => rmSync(DATA_DIR, { recursive: true }))
    const service = fork(join(ROOT, SMALLEST_SERVICE, 'src/main.ts'), {
      env: {
        ...COMPILE_CACHE,
        DATA_DIR,
        PORT: '0',
        OPS_PORT: '0',
        LOG_LEVEL: 'silent',
        SERVICE_SECRET: 'x'.repeat(32),
      },
    })
    t.after(() => service.kill('SIGKILL'))
    const [{ listening }] = await once(service, 'message')
    const get = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${listening}${path}`)
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    }
    const { status, body } = await get('/greetings/Ada')
    assert.deepEqual([status, Object.keys(body), body.hello], [200, ['hello', 'greeted_at'], 'Ada'])
    const refused = await get(`/greetings/${'a'.repeat(65)}`)
    assert.deepEqual([refused.status, refused.body.code], [400, 'validation_failed'])
    service.kill('SIGTERM')
    assert.deepEqual(await once(service, 'exit'), [0, null])
  })

  test('is shown completely by the page, and a changed file is noticed', () => {
    const page = readFileSync(join(ROOT, ANATOMY_PAGE), 'utf8')
    const shown: string[] = []
    const read = (path: string) => {
      shown.push(path)
      return smallest[path]!
    }
    assert.equal(withFiles(page, read), page)
    assert.deepEqual(shown.toSorted(), Object.keys(smallest).toSorted())
    assert.notEqual(
      withFiles(page, (path) => `${read(path)}// more\n`),
      page,
    )
  })
})
