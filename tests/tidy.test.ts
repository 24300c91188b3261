/**
 * The house style as a test. A rule is a function from a file to complaints. Each rule is tried on a file that breaks it,
 * because a rule that never fails proves nothing, and then on every file of the repository.
 */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { suite, test } from 'node:test'
import { CATALOGUES } from '../scripts/docs/catalogues.ts'
import { importCycles, importsOf, namesImported, type Package, withoutComments } from './import_cycles.ts'

const ROOT = join(import.meta.dirname, '..')
const MODULE_LINES_MAX = 200
const SKIPPED = ['node_modules', 'dist', 'generated', 'output', 'results', 'data', '.git']

type File = { readonly path: string; readonly text: string }
type Rule = (file: File) => string[]

/** The base class of all domain errors; it imports nothing itself. */
const FAULT = '@shop/faults/fault'
const domainImportsOnlyDomain: Rule = ({ path, text }) => {
  if (!/\/src\/domain\//.test(path)) return []
  const isBelow = /\/src\/domain\/[a-z_]+\/[^/]+$/.test(path)
  return namesImported(text)
    .filter(
      (from) =>
        from !== FAULT &&
        !(/^\.\/[a-z0-9_]+\.ts$/.test(from) || (isBelow && /^\.\.\/[a-z0-9_]+\.ts$/.test(from))),
    )
    .map((from) => `${path} imports ${from}`)
}

const foldersAreIndependent: Rule = ({ path, text }) => {
  const [, room] = /^[a-z]+_service\/src\/(http|storage|clients)\//.exec(path) ?? []
  if (!room) return []
  return [...text.matchAll(/from '\.\.\/(http|storage|clients|app|main|config)\b/g)]
    .filter(([, other]) => other !== room)
    .map(([, other]) => `${path} imports the room ${other}`)
}

/** The folders that each folder of the kit may import besides itself, as service_kit/README.md shows. */
const KIT_ROOMS: Readonly<Record<string, readonly string[]>> = {
  money: [],
  runtime: ['money'],
  identity: ['runtime'],
  storage: ['runtime', 'money'],
  sqlite: ['storage', 'runtime'],
  mongo: ['storage', 'runtime'],
  calls: ['runtime'],
  events: ['runtime', 'calls', 'storage'],
  http: ['identity', 'runtime', 'money'],
  audit: ['http', 'sqlite', 'mongo', 'storage', 'runtime'],
}
/** Every folder may read it: it contains the version. */
const KIT_MANIFEST = 'service_kit/package.json'
const kitRoomOf = (path: string) => /^service_kit\/src\/([a-z]+)\//.exec(path)?.[1] ?? ''
const kitRoomsImportDownward: Rule = ({ path, text }) => {
  if (!path.startsWith('service_kit/src/')) return []
  const room = kitRoomOf(path)
  const allowed = KIT_ROOMS[room]
  if (allowed === undefined) return [`${path} is in no room of the kit`]
  return namesImported(text)
    .filter((from) => from.startsWith('.') && posix.join(dirname(path), from) !== KIT_MANIFEST)
    .filter((from) => ![room, ...allowed].includes(kitRoomOf(posix.join(dirname(path), from))))
    .map((from) => `${path} imports ${from}`)
}

/**
 * Time, random numbers, timers and the environment enter through main.ts, which passes down a Runtime (runtime/runtime.ts
 * of the kit), so that a test or a simulation controls them. Each pattern has an example that it must find.
 */
const OUTSIDE_WORLD: readonly (readonly [word: RegExp, example: string])[] = [
  [/\bsetTimeout\b/, 'setTimeout(run, 5)'],
  [/\bsetInterval\b/, 'setInterval(run, 5)'],
  [/\bsetImmediate\b/, 'setImmediate(run)'],
  [/\btimers\/promises\b/, "import { scheduler } from 'node:timers/promises'"],
  [/\bAbortSignal\.timeout\b/, 'AbortSignal.timeout(5)'],
  [/\bnew Date\(\)/, 'const at = new Date()'],
  [/\bDate\.now\b/, 'const at = Date.now()'],
  [/\bperformance\.(now|timeOrigin)\b/, 'const at = performance.now()'],
  [/\bprocess\.(hrtime|uptime)\b/, 'const at = process.hrtime()'],
  [/\bsetToCurrentTime\b/, 'gauge.setToCurrentTime()'],
  [/\bMath\.random\b/, 'const chance = Math.random()'],
  [/\brandomUUID(v7)?\b/, 'const id = crypto.randomUUID()'],
  [/\bgetRandomValues\b/, 'crypto.getRandomValues(bytes)'],
  [/\brandom(Bytes|Int|Fill)\b[^;]*?from 'node:crypto'/, "import { randomBytes } from 'node:crypto'"],
  [/\bsystemRuntime\b/, 'const { now } = systemRuntime'],
  [/\bprocess\.env\b/, 'const port = process.env.PORT'],
]
/** The entry points of programs and threads; a thread gets only data. */
const BEGINS = /\/src\/main\.ts$|_thread\.(ts|mjs)$/
/** Exceptions by the prefix of the path, with the reason. */
const OUTSIDE_EXCEPTIONS: Readonly<Record<string, string>> = {
  'service_kit/src/runtime/runtime.ts': 'It is what main.ts passes down.',
  'retry/src/sleep.ts': 'The sleep of pages, scripts and the client, which have no Runtime.',
  'client/src/': 'It runs in pages and in programs of others, which pass in no Runtime.',
}
const outsideWorldOnlyInMain: Rule = ({ path, text }) => {
  if (!/^[a-z_]+\/src\//.test(path) || BEGINS.test(path)) return []
  if (Object.keys(OUTSIDE_EXCEPTIONS).some((excepted) => path.startsWith(excepted))) return []
  return outsideWorldIn(text).map((found) => `${path} uses ${found}`)
}
const outsideWorldIn = (text: string): string[] => {
  const code = withoutComments(text)
  return OUTSIDE_WORLD.flatMap(([word]) => word.exec(code)?.[0] ?? [])
}

/** A module may be longer if its first line gives the reason. */
const LONG_REASON = 'long because'
const modulesAreShort: Rule = ({ path, text }) => {
  if (!/\/src\/.*\.tsx?$/.test(path)) return []
  const lines = text.trimEnd().split('\n')
  if (lines.length <= MODULE_LINES_MAX || lines[0]!.includes(LONG_REASON)) return []
  return [`${path} has ${lines.length} lines`]
}

/** Loaded and installed only if tracing is configured. A manifest that lists it would install it everywhere. */
const LOADED_ON_DEMAND = { path: 'service_kit/src/http/start_tracing.ts', name: '@shop/tracing' }
/** Imported packages of ours must be listed: without that they would be found, too, because npm links all of them. */
const packagesAreListed: Rule = ({ path, text }) => {
  // Code in a document is in no package.
  if (path.endsWith('.md')) return []
  const folder = OUR_FOLDERS.find((each) => path.startsWith(`${each}/`)) ?? '.'
  const { name, dependencies, devDependencies } = JSON.parse(
    readFileSync(join(ROOT, folder, 'package.json'), 'utf8'),
  )
  const listed = [name, ...Object.keys({ ...dependencies, ...devDependencies })]
  if (path === LOADED_ON_DEMAND.path) listed.push(LOADED_ON_DEMAND.name)
  return namesImported(text)
    .map((from) => /^@shop\/[a-z_]+/.exec(from)?.[0])
    .filter((from) => from !== undefined && !listed.includes(from))
    .map((from) => `${path} imports ${from}, which ${folder}/package.json does not list`)
}
const OUR_FOLDERS: readonly string[] = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
).workspaces.toReversed()

const noBarrels: Rule = ({ path, text }) => [
  ...(/(^|\/)index\.ts$/.test(path) ? [`${path} is named index.ts`] : []),
  ...(path.endsWith('.ts') && /^export \*/m.test(text) ? [`${path} has export *`] : []),
]

const UNFINISHED = new RegExp(`\\b(${['TO', 'FIX'].map((a) => a + (a === 'TO' ? 'DO' : 'ME')).join('|')})\\b`)
const nothingUnfinished: Rule = ({ path, text }) => (UNFINISHED.test(text) ? [`${path} is unfinished`] : [])

/** Words of a private idiom, and what to write instead. They are found in names, too. */
const AVOIDED: Readonly<Record<string, string>> = {
  ['me' + 'nd']: 'repair, fix',
  ['me' + 'nds']: 'repairs, fixes',
  ['me' + 'nded']: 'repaired, fixed',
  ['he' + 'al']: 'recover, refetch',
  ['he' + 'aled']: 'recovered',
  ['pre' + 'tend']: 'fake, simulate, assume',
  ['go' + 'On']: 'refreshSession, continue',
  ['out' + 'look']: 'the state of the circuit: closed, half_open, open',
  ['take' + 'FirstSteps']: 'runStartupTasks',
  ['first' + '_steps']: 'startup_tasks',
  ['look' + 'At']: 'check, inspect, read',
  ['un' + 'taken']: 'unread',
  ['ta' + 'kers']: 'readers',
  ['se' + 'ats']: 'slots',
  ['wea' + 'pon']: 'expensive to validate',
  ['de' + 'eds']: 'operations',
  ['to' + 'ld']: 'reported, notified, answered, called',
  ['te' + 'll']: 'report, say, show, distinguish',
  ['te' + 'lls']: 'reports, says, shows, distinguishes',
  ['te' + 'lling']: 'reporting, distinguishing',
  ['who' + 'ever']: 'the caller, the client, any process',
  ['no' + 'body']: 'no user, no client; anonymous',
  ['every' + 'body']: 'all users, all clients',
  ['jud' + 'ge']: 'check, validate',
  ['jud' + 'ges']: 'checks, validates',
  ['jud' + 'ged']: 'checked, validated',
  ['cro' + 'wd']: 'load, users',
  ['ta' + 'lly']: 'count, totals',
  ['spo' + 'ilt']: 'corrupt, unreadable',
  ['he' + 'ars']: 'is notified of',
}
const avoidedIn = (text: string): string[] =>
  Object.entries(AVOIDED)
    .filter(([word]) => {
      const capital = word.charAt(0).toUpperCase() + word.slice(1)
      return new RegExp(`(?<![A-Za-z])(${word}|${capital})(?![a-z])|(?<=[a-z])${capital}(?![a-z])`).test(text)
    })
    .map(([word, instead]) => `${word} (write: ${instead})`)
/** The changelog may name what was renamed. */
const plainEnglish: Rule = ({ path, text }) =>
  path === 'CHANGELOG.md' ? [] : avoidedIn(text).map((found) => `${path} has ${found}`)

const LINK = /(?<!!)\[[^\]]*\]\(([^)\s]+)\)/g
const linksResolve: Rule = ({ path, text }) => {
  if (!path.endsWith('.md')) return []
  return [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => !linkResolves(path, target))
    .map((target) => `${path} links to ${target}`)
}

function linkResolves(path: string, target: string): boolean {
  const [file = '', anchor] = target.split('#')
  const linked = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), decodeURIComponent(file))
  if (!existsSync(linked)) return false
  return anchor === undefined || headings(readFileSync(linked, 'utf8')).includes(anchor)
}

/** Anchors as GitHub makes them. */
const headings = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

/** Other tests read the tree meanwhile. Of `tests/output` they read nothing. */
const TEMPORARY = /\bmkdtemp(Sync)?\((?!join\((tmpdir\(\)|UNPACKED),)/
const temporaryIsOutside: Rule = ({ path, text }) =>
  TEMPORARY.test(text) ? [`${path} makes a temporary folder outside tmpdir()`] : []

/** The test runner follows promises only until the files are read (scripts/test/groups.ts). */
const suitesAreReadAtOnce: Rule = ({ path, text }) =>
  /^\s*suite\((?:(?!=>).)*,\s*async\b/m.test(text) ? [`${path} has an asynchronous suite`] : []

const allFiles: readonly File[] = globSync(
  ['**/*.{ts,tsx,mjs,js,md,sql,json,jsonc,yml,yaml,css,html,sh}', 'Dockerfile', '.ci/run'],
  {
    cwd: ROOT,
    exclude: (name) => SKIPPED.includes(name),
  },
).map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

const RULES: readonly (readonly [name: string, rule: Rule, broken: File])[] = [
  [
    'the domain imports only the domain',
    domainImportsOnlyDomain,
    { path: 'order_service/src/domain/order.ts', text: `import { randomUUID } from 'node:crypto'` },
  ],
  [
    'http, storage and clients do not import each other',
    foldersAreIndependent,
    {
      path: 'order_service/src/http/routes.ts',
      text: `import { x } from '../storage/sqlite_order_store.ts'`,
    },
  ],
  [
    'folders of the kit import downward',
    kitRoomsImportDownward,
    { path: 'service_kit/src/money/money.ts', text: `import { x } from '../http/app.ts'` },
  ],
  [
    'time, random numbers, timers and environment enter only through main.ts',
    outsideWorldOnlyInMain,
    { path: 'auth_service/src/http/routes.ts', text: 'const at = new Date()' },
  ],
  [
    `no module of a src folder is longer than ${MODULE_LINES_MAX} lines`,
    modulesAreShort,
    { path: 'storefront/web/src/long.tsx', text: 'x\n'.repeat(MODULE_LINES_MAX + 1) },
  ],
  [
    'a package of ours is listed in the manifest of the importing package',
    packagesAreListed,
    { path: 'retry/src/retry.ts', text: `import { x } from '@shop/${'client'}/problem'` },
  ],
  [
    'a name is imported from the file that defines it',
    noBarrels,
    { path: 'service_kit/src/http/all.ts', text: `export * from './problem.ts'` },
  ],
  ['words of the field are used', plainEnglish, { path: 'docs/x.md', text: `how to ${'me'}${'nd'} it` }],
  [
    'temporary folders are outside the tree',
    temporaryIsOutside,
    { path: 'tests/x.test.ts', text: `const folder = ${'mk'}dtempSync(join(ROOT, 'x-'))` },
  ],
  [
    'no suite declares its tests later than its file is read',
    suitesAreReadAtOnce,
    { path: 'tests/x.test.ts', text: `${'suite'}('x', { timeout: 1 }, async () => {})` },
  ],
  ['nothing is unfinished', nothingUnfinished, { path: 'docs/x.md', text: `later: ${'TO'}${'DO'} explain` }],
  [
    'every relative link of a document resolves',
    linksResolve,
    { path: 'docs/x.md', text: 'see [there](no_such_file.md)' },
  ],
]

suite('the house style', () => {
  for (const [name, rule, broken] of RULES) {
    test(`${name}: a file that breaks it is noticed`, () => assert.equal(rule(broken).length, 1))
    test(name, () => assert.deepEqual(allFiles.flatMap(rule), []))
  }

  test('a module may be as long as the limit, and longer with a reason on its first line', () => {
    const lines = (count: number) => 'x\n'.repeat(count)
    const complaints = (path: string, text: string) => modulesAreShort({ path, text }).length
    for (const path of ['service_kit/src/http/long.ts', 'storefront/web/src/long.tsx']) {
      assert.equal(complaints(path, lines(MODULE_LINES_MAX)), 0)
      assert.equal(complaints(path, lines(MODULE_LINES_MAX + 1)), 1)
      assert.equal(complaints(path, `// ${LONG_REASON} it is one table\n${lines(MODULE_LINES_MAX)}`), 0)
      assert.equal(complaints(path, `\n// ${LONG_REASON} it is one table\n${lines(MODULE_LINES_MAX)}`), 1)
    }
    assert.equal(complaints('service_kit/test/long.ts', lines(MODULE_LINES_MAX + 1)), 0)
  })
  test('dynamic imports and imports without names count', () => {
    for (const text of [`await import('../http/app.ts')`, `import '../http/app.ts'`]) {
      assert.equal(kitRoomsImportDownward({ path: 'service_kit/src/money/money.ts', text }).length, 1, text)
      assert.equal(domainImportsOnlyDomain({ path: 'a_service/src/domain/a.ts', text }).length, 1, text)
    }
  })

  test('there are files to check', () => assert.ok(allFiles.length > 100))
})

suite('time, random numbers, timers and environment', () => {
  for (const [, example] of OUTSIDE_WORLD) {
    test(`${example}: is noticed in every src folder`, () => {
      for (const folder of ['order_service', 'service_kit', 'storefront', 'tracing', 'retry'])
        assert.equal(outsideWorldOnlyInMain({ path: `${folder}/src/some/file.ts`, text: example }).length, 1)
    })
  }

  test('a given time may be used', () => {
    assert.deepEqual(outsideWorldIn('new Date(value); Date.parse(text); runtime.randomBytes(16)'), [])
  })

  test('every exception is needed', () => {
    for (const excepted of Object.keys(OUTSIDE_EXCEPTIONS)) {
      const files = allFiles.filter(({ path }) => path.startsWith(excepted))
      assert.ok(files.flatMap(({ text }) => outsideWorldIn(text)).length > 0, excepted)
    }
  })
})

suite('import cycles', () => {
  const packages: readonly Package[] = OUR_FOLDERS.map((folder) => ({
    folder,
    ...JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')),
  }))
  const modules = allFiles.filter(({ path }) => /\.(ts|tsx|mjs)$/.test(path))

  const a = { path: 'auth_service/src/a.ts', text: "import type { B } from './rooms/b.ts'" }
  const b = (text: string) => ({ path: 'auth_service/src/rooms/b.ts', text })
  const c = (text: string) => ({ path: 'service_kit/src/http/c.ts', text })
  const d = (text: string) => ({ path: 'service_kit/test_support/d.ts', text })
  const CYCLES: readonly (readonly [name: string, files: readonly File[], cycle: string])[] = [
    [
      'of types',
      [a, b("import type { A } from '../a.ts'")],
      `${a.path} > auth_service/src/rooms/b.ts > ${a.path}`,
    ],
    ['of one module', [{ ...a, text: "import './a.ts'" }], `${a.path} > ${a.path}`],
    [
      'of values, closed by a dynamic import',
      [a, b("export { one } from '../one.ts'\nconst { x } = await import(\n  '../a.ts'\n)")],
      `${a.path} > auth_service/src/rooms/b.ts > ${a.path}`,
    ],
    [
      'through three packages',
      [
        a,
        b("import {\n  x,\n} from '@shop/service_kit/http/c'"),
        c("export type { D } from '@shop/service_kit/test_support/d'"),
        d("import type { A } from '@shop/auth_service/a'"),
      ],
      `${a.path} > auth_service/src/rooms/b.ts > service_kit/src/http/c.ts > service_kit/test_support/d.ts > ${a.path}`,
    ],
  ]
  for (const [name, files, cycle] of CYCLES) {
    test(`a cycle ${name} is noticed`, () => assert.deepEqual(importCycles(files, packages), [cycle]))
  }
  test('two paths to one module are no cycle, and comments do not count', () => {
    const files = [a, b("import '@shop/service_kit/http/c'"), c("// from '@shop/auth_service/a'")]
    assert.deepEqual(importCycles([...files, { ...a, path: 'auth_service/src/z.ts' }], packages), [])
  })

  test('there are no import cycles', () => assert.deepEqual(importCycles(modules, packages), []))
  test('an import of a package of ours is resolved to a file', () => {
    const paths = new Set(modules.map(({ path }) => path))
    const lost = modules
      .flatMap((each) => (/(^|\/)tidy/.test(each.path) ? [] : importsOf(each, packages)))
      .filter((path) => /\.(ts|tsx)$/.test(path) && !paths.has(path) && !path.includes('/generated/'))
    assert.deepEqual(lost, [])
  })
})

suite('error codes', () => {
  const tests = allFiles.filter(({ path }) => /(^|\/)tests?\/.*\.ts$/.test(path) && !path.includes('tidy'))
  const unreached = (codes: readonly string[], files: readonly File[]) =>
    codes.filter(
      (code) => !files.some(({ text }) => text.includes(`'${code}'`) || text.includes(`"${code}"`)),
    )
  const undocumented = (codes: readonly string[], document: string) =>
    codes.filter((code) => !document.includes(`\`${code}\``))
  const codes = CATALOGUES.flatMap(({ problems }) => Object.keys(problems))

  test('a code that no test names is noticed', () => {
    assert.deepEqual(unreached(['known', 'forgotten'], [{ path: 'a.test.ts', text: `is('known')` }]), [
      'forgotten',
    ])
  })
  test('every code is named by a test', () => assert.deepEqual(unreached(codes, tests), []))

  test('a code that is not in errors.md is noticed', () => {
    assert.deepEqual(undocumented(['known', 'forgotten'], '| `known` |'), ['forgotten'])
  })
  test('every code is in docs/errors.md', () => {
    assert.deepEqual(undocumented(codes, readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')), [])
  })
})
