/**
 * Builds the pages into dist/pages, each file also compressed, so that the gateway compresses nothing while it serves.
 * Of several processes that want to build at once, one builds; the others wait, and use its pages.
 *
 *   node storefront/build.ts             builds; needs nothing but the sources of the pages; see npm run build
 */
import {
  type Dirent,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const HERE = import.meta.dirname
const PAGES = join(HERE, 'dist', 'pages')
const SOURCES = [
  join(HERE, 'web'),
  join(HERE, 'src', 'http', 'page_addresses.ts'),
  join(HERE, 'src', 'pages', 'served_top.ts'),
  join(HERE, 'src', 'pages', 'served_body.ts'),
  join(HERE, 'vite.config.ts'),
  join(HERE, 'package.json'),
  join(HERE, '..', 'client', 'src'),
  join(HERE, '..', 'product_service', 'src', 'domain'),
]
const LOCK = join(HERE, '..', 'node_modules', '.pages_being_built')
const LOCK_MS = 120_000
const LOCK_LOOK_MS = 100
const SQLITE_BUSY = 5
const WORTH_COMPRESSING = /\.(js|css|html|svg|txt|json)$/

/** Whether the pages are missing, or older than any of their sources. */
export function pagesAreOld(): boolean {
  const built = join(PAGES, 'index.html')
  if (!existsSync(built)) return true
  const builtAt = statSync(built).mtimeMs
  return SOURCES.flatMap(filesIn).some((file) => statSync(file).mtimeMs > builtAt)
}

export const buildPages = (): Promise<void> => alone(LOCK, buildNow)

/** Resolves to whether it had to build. */
export const buildPagesIfOld = (): Promise<boolean> => aloneIfOld(LOCK, pagesAreOld, buildNow)

/** Builds alone, but only what is old. Resolves to whether it had to. */
export async function aloneIfOld(
  lock: string,
  isOld: () => boolean,
  build: () => Promise<void>,
): Promise<boolean> {
  if (!isOld()) return false
  return alone(lock, async () => {
    // Another process may have built it while this one waited.
    if (!isOld()) return false
    await build()
    return true
  })
}

/**
 * Runs `work` while no other call, in this or another process, runs under the same `lock`. It is SQLite's lock on a file
 * that stays empty: the system releases it when the process dies.
 */
export async function alone<T>(lock: string, work: () => Promise<T>, deadlineMs = LOCK_MS): Promise<T> {
  const held = new DatabaseSync(lock, { timeout: 0 })
  try {
    for (const end = performance.now() + deadlineMs; !isOurs(held); await sleep(LOCK_LOOK_MS)) {
      if (performance.now() > end) throw new Error(`Another build has held ${lock} for ${deadlineMs} ms`)
    }
    return await work()
  } finally {
    held.close()
  }
}

function isOurs(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false
    throw error
  }
}

/** Built in a folder beside it and renamed at the end, so that no reader sees it half built. */
async function buildNow(): Promise<void> {
  const { build } = await import('vite')
  const beside = `${PAGES}.${process.pid}`
  try {
    await build({
      configFile: join(HERE, 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: beside, emptyOutDir: true },
    })
    for (const file of filesIn(beside)) {
      if (WORTH_COMPRESSING.test(file)) compress(file)
    }
    rmSync(PAGES, { recursive: true, force: true })
    renameSync(beside, PAGES)
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}

function compress(file: string) {
  const bytes = readFileSync(file)
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }))
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }))
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry: Dirent) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

if (import.meta.main) await buildPages()
