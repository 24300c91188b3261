/**
 * Builds the pages into dist/, each file also compressed, so that the gateway compresses nothing while it serves.
 *
 *   node storefront/build.ts             builds
 *   node storefront/build.ts --if-old    builds only when a source is newer than what is built
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
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const HERE = import.meta.dirname
const DIST = join(HERE, 'dist')
const SOURCES = [
  join(HERE, 'web'),
  join(HERE, 'vite.config.ts'),
  join(HERE, 'package.json'),
  join(HERE, '..', 'client', 'src'),
]
const WORTH_COMPRESSING = /\.(js|css|html|svg|txt|json)$/

/** Are the pages missing, or older than any of their sources? */
export function pagesAreOld(): boolean {
  const built = join(DIST, 'index.html')
  if (!existsSync(built)) return true
  const builtAt = statSync(built).mtimeMs
  return SOURCES.flatMap(filesIn).some((file) => statSync(file).mtimeMs > builtAt)
}

/** Built beside and put in place at the end, so that nobody ever meets half of it, nor two builds each other. */
export async function buildPages(): Promise<void> {
  const { build } = await import('vite')
  const beside = `${DIST}.${process.pid}`
  try {
    await build({
      configFile: join(HERE, 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: beside, emptyOutDir: true },
    })
    for (const file of filesIn(beside)) {
      if (WORTH_COMPRESSING.test(file)) compress(file)
    }
    rmSync(DIST, { recursive: true, force: true })
    renameSync(beside, DIST)
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}

/** Resolves whether there was something to build. */
export async function buildPagesIfOld(): Promise<boolean> {
  if (!pagesAreOld()) return false
  await buildPages()
  return true
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

if (import.meta.main) {
  if (process.argv.includes('--if-old') && !pagesAreOld()) {
    process.stdout.write('The pages are as new as their sources.\n')
  } else {
    await buildPages()
    process.stdout.write('The pages are built.\n')
  }
}
