/**
 * Bundles each service, with the packages that it imports, into one file and some small ones that it loads where it
 * needs them: a process that loads one file instead of six hundred starts with a third less work
 * (docs/decisions/0026). `npm start` runs the bundles; Node runs the sources as well.
 *
 * Invariants
 *  1. A bundle is of its sources: `areOld` compares the path, size and time of each of them with those that the last
 *     build recorded.
 *  2. No process loads half a bundle: each file is written beside and renamed, the main one after those that it loads,
 *     the record of the sources last. Those it loads are named by what is in them.
 *  3. Of several processes that want to build at once, one does; the others wait, and find the bundles new.
 *
 * The driver of MongoDB and OpenTelemetry are files of their own in it, loaded by those who use them. `npm start` does not
 * install OpenTelemetry; without it a bundle cannot record spans, and no image is made of it (`IMAGE_FILES`).
 */
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { findPackageJSON } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'rolldown'
import { alone, aloneIfOld } from '../../storefront/build.ts'
import { ROOT } from '../root.ts'

export type Bundled =
  | 'auth_service'
  | 'product_service'
  | 'notification_service'
  | 'payment_service'
  | 'payment_simulator'
  | 'mailbox'
  | 'order_service'
  | 'storefront'

export type Bundles<Name extends string> = {
  /** Is one missing, or of other sources than there are now? */
  areOld(): boolean
  /** Resolves whether there was something to build. */
  buildIfOld(): Promise<boolean>
  build(): Promise<void>
  /** The file that Node runs. */
  pathOf(name: Name): string
  /** What it is the bundle of, which Node runs as well. */
  sourceOf(name: Name): string
}

const SOURCES = [
  '*/src/**/*.{ts,mjs,sql,json}',
  'package.json',
  'package-lock.json',
  'scripts/build/bundles.ts',
  'deploy/image/*',
]
/** What an image needs beside the bundle. Its Dockerfile finds one of them missing if the bundle is not complete. */
const IMAGE_FILES = 'deploy/image/*'
/** They build; no bundle does. */
const BUILDERS = [/^rolldown$/, /^vite$/]
const TRACING = /^@shop\/tracing\//
/** With binaries, which no bundle can hold: copied whole beside the bundle that imports them, with what they need. */
const KEPT_WHOLE = ['sharp']
/** What a module of CommonJS expects, and a module of ECMAScript has under other names. */
const BANNER = 'const __dirname = import.meta.dirname, __filename = import.meta.filename;'
/** A file or folder beside a source of ours, which it finds at run time. */
const BESIDE = /new URL\(\s*'(\.\/[^']+)',\s*import\.meta\.url,?\s*\)/g
const SCRIPT = /\.(?:ts|mjs)$/
const DOCS_PAGES = join('@fastify', 'swagger-ui')

export const BUNDLES = createBundles<Bundled>(ROOT, [
  'auth_service',
  'product_service',
  'notification_service',
  'payment_service',
  'payment_simulator',
  'mailbox',
  'order_service',
  'storefront',
])

/** The operator's commands; only an image needs them as a bundle. */
export const OPS_BUNDLE = createBundles<'ops'>(ROOT, ['ops'], ['scripts/**/*.ts'])

/**
 * Bundles `src/main.ts` of each of the folders `names` of `root` into its `dist`. `moreSources`: what they are made of
 * beside the sources of all workspaces.
 */
export function createBundles<Name extends string>(
  root: string,
  names: readonly Name[],
  moreSources: readonly string[] = [],
): Bundles<Name> {
  const lock = join(root, 'node_modules', '.services_being_bundled')
  const folderOf = (name: Name) => join(root, name, 'dist')
  const recordOf = (name: Name) => join(folderOf(name), 'sources')
  const pathOf = (name: Name) => join(folderOf(name), 'main.mjs')
  const sourceOf = (name: Name) => join(root, name, 'src', 'main.ts')

  const oldOnes = (sources: string) =>
    names.filter(
      (name) =>
        ![pathOf(name), recordOf(name)].every((path) => existsSync(path)) ||
        readFileSync(recordOf(name), 'utf8') !== sources,
    )

  const areOld = () => oldOnes(sourcesIn(root, moreSources)).length > 0

  /** Of those that `chosen` names, given what the sources are. */
  async function bundle(chosen: (sources: string) => readonly Name[]) {
    const sources = sourcesIn(root, moreSources)
    const complete = hasTracing(root)
    for (const name of chosen(sources)) {
      await bundleInto(folderOf(name), sourceOf(name), complete ? [] : [TRACING])
      for (const path of globSync(IMAGE_FILES, { cwd: root })) {
        const copy = join(folderOf(name), basename(path))
        if (complete) put(copy, readFileSync(join(root, path)))
        else rmSync(copy, { force: true })
      }
      put(recordOf(name), sources)
    }
  }

  return {
    areOld,
    buildIfOld: () => aloneIfOld(lock, areOld, () => bundle(oldOnes)),
    build: () => alone(lock, () => bundle(() => names)),
    pathOf,
    sourceOf,
  }
}

/** Whether every package of the workspace `tracing` is installed. */
function hasTracing(root: string): boolean {
  const manifest = join(root, 'tracing', 'package.json')
  try {
    const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8'))
    return Object.keys(dependencies).every((name) => findPackageJSON(name, pathToFileURL(manifest)))
  } catch {
    return false
  }
}

/** Changes with any source of a bundle. */
function sourcesIn(root: string, more: readonly string[]): string {
  const hash = createHash('sha256').update(`tracing: ${hasTracing(root)}\n`)
  for (const path of globSync([...SOURCES, ...more], {
    cwd: root,
    exclude: (name) => name === 'node_modules',
  }).sort()) {
    const { size, mtimeMs } = statSync(join(root, path))
    hash.update(`${path} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** Also the scripts, each as a bundle of its own, and the folders that it finds beside it at run time. */
export async function bundleInto(folder: string, main: string, packages: readonly RegExp[]): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const scripts = [main]
  const written = new Set<string>()
  for (const script of scripts) {
    const { files, beside, kept } = await bundleScript(script, packages)
    for (const name of kept) copyPackage(name, pathToFileURL(script), join(folder, 'node_modules'))
    for (const { name, code } of files) {
      put(join(folder, name), code)
      written.add(name)
    }
    for (const path of beside) {
      if (!SCRIPT.test(path)) copyFolder(path, join(folder, folderName(path)))
      else if (!scripts.includes(path)) scripts.push(path)
    }
  }
  for (const file of readdirSync(folder)) {
    if (file.endsWith('.mjs') && !written.has(file)) rmSync(join(folder, file))
  }
}

const outputName = (path: string) => basename(path).replace(SCRIPT, '.mjs')

/** Each service has a folder of migrations, and a bundle may be of several. A package finds its own by the name it has. */
const folderName = (path: string) =>
  path.includes('node_modules')
    ? basename(path)
    : `${basename(dirname(findPackageJSON(pathToFileURL(path).href)!))}_${basename(path)}`

type Output = {
  /** The one that Node runs is the last. */
  readonly files: readonly { readonly name: string; readonly code: string }[]
  readonly beside: ReadonlySet<string>
  /** Names of KEPT_WHOLE that it imports. */
  readonly kept: readonly string[]
}

export async function bundleScript(script: string, packages: readonly RegExp[] = []): Promise<Output> {
  const { rolldown } = await import('rolldown')
  const beside = new Set<string>()
  const build = await rolldown({
    input: script,
    platform: 'node',
    external: [...BUILDERS, ...KEPT_WHOLE, ...packages],
    plugins: [filesBeside(beside)],
    // A call whose result is not used may be made for its error: neither this nor a minifier may remove it.
    treeshake: false,
    logLevel: 'warn',
  })
  const { output } = await build.generate({
    format: 'esm',
    minify: false,
    banner: BANNER,
    comments: { legal: true, annotation: false, jsdoc: false },
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  })
  await build.close()
  const chunks = output.filter((file) => file.type === 'chunk').toSorted((a, b) => +a.isEntry - +b.isEntry)
  return {
    files: chunks.map(({ fileName, code }) => ({ name: fileName, code: inAscii(code) })),
    beside,
    kept: KEPT_WHOLE.filter((name) => chunks.some(({ imports }) => imports.includes(name))),
  }
}

/** Node reads a file of ASCII several times faster than one with a single other character. */
const inAscii = (code: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
  code.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** All files of a bundle lie in one folder: what a source finds beside it is beside the bundle too. */
const filesBeside = (beside: Set<string>): Plugin => ({
  name: 'files-beside',
  transform(code, id) {
    if (id.includes(DOCS_PAGES)) {
      beside.add(join(id.slice(0, id.lastIndexOf(DOCS_PAGES)), DOCS_PAGES, 'static'))
      return code.replaceAll("__dirname, '..', 'static'", "__dirname, 'static'")
    }
    if (id.includes('node_modules')) return null
    return code.replaceAll(BESIDE, (_, path: string) => {
      const found = resolve(dirname(id), path)
      beside.add(found)
      const name = path.endsWith('/') ? `${folderName(found)}/` : outputName(path)
      // In other quotes than BESIDE looks for, because this file is a part of a bundle too.
      return `new URL("./${name}", import.meta.url)`
    })
  },
})

/** Files that are no longer in `from` go: a migration that was renamed is not to run twice. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  const files = readdirSync(from)
  for (const file of files) put(join(to, file), readFileSync(join(from, file)))
  for (const file of readdirSync(to)) if (!files.includes(file)) rmSync(join(to, file))
}

function installed(name: string, from: URL): string | undefined {
  try {
    return findPackageJSON(name, from)
  } catch {
    return undefined
  }
}

/** With what it needs that is installed: of optional packages those for this system. */
function copyPackage(name: string, from: URL, to: string): void {
  const manifest = installed(name, from)
  if (!manifest) return
  const text = readFileSync(manifest, 'utf8')
  const { dependencies, optionalDependencies } = JSON.parse(text)
  const target = join(to, name)
  const copied = join(target, 'package.json')
  if (!existsSync(copied) || readFileSync(copied, 'utf8') !== text) {
    rmSync(target, { recursive: true, force: true })
    // The manifest last: without it the copy is made again.
    cpSync(dirname(manifest), target, { recursive: true, filter: (path) => path !== manifest })
    put(copied, text)
  }
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) {
    copyPackage(needed, pathToFileURL(manifest), to)
  }
}

function put(path: string, text: string | Uint8Array): void {
  const beside = `${path}.${process.pid}`
  writeFileSync(beside, text)
  renameSync(beside, path)
}
