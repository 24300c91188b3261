/**
 * `npm run keep-release`: keeps this release in the repository, for the tests of the next one (release.ts). Bundles the
 * services, lets them write a shop of each kind (scenario.ts), and writes all that to `kept`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { connectPatiently } from '@shop/service_kit/mongo/tools'
import { start } from '@shop/service_kit/test_support/mongo_server'
import { readArguments, refuse } from '../../scripts/arguments.ts'
import { DATABASES } from '../../scripts/backup/databases.ts'
import { bundleInto } from '../../scripts/build/bundles.ts'
import { ROOT } from '../../scripts/root.ts'
import type { FirstService } from '../../scripts/services.ts'
import type { Environment } from '../system/processes.ts'
import { type Files, pack } from './archive.ts'
import {
  ARCHIVES,
  type Archive,
  type ArchiveName,
  archivePath,
  KEPT,
  MANIFEST,
  type Manifest,
  readManifest,
  sha256,
} from './release.ts'
import { type Written, writeEverything } from './scenario.ts'
import { createShop, rotateKeys } from './shop.ts'

const SERVICES: readonly FirstService[] = ['auth_service', 'product_service', 'order_service']
const TRACING = /^@shop\/tracing\//
/** The simulation gives its releases the packages that it has itself: its model of MongoDB is below the driver. */
const PACKAGES = /^(?!@shop\/|[./])/
/** The pages of the API's documentation, which are large and which no test of a release asks for. */
const LEFT_OUT = /\/static\//
const ADMIN = { username: 'admin', password: 'the owner of the kept shop' }

const { values } = readArguments(
  {
    name: 'npm run keep-release',
    summary: 'Keeps the services of this release, and stores written by them, for the tests of the next one.',
    options: {
      from: { type: 'string', help: 'Another checkout, with its packages installed' },
      only: { type: 'string', help: `One of ${ARCHIVES.join(', ')}; the others stay as they are` },
    },
  },
  process.argv.slice(2),
)
if (values.only !== undefined && !ARCHIVES.some((name) => name === values.only))
  refuse(`"${values.only}" is none of ${ARCHIVES.join(', ')}.`)
const from = resolve(values.from ?? ROOT)
const folder = mkdtempSync(join(tmpdir(), 'shop_kept_'))
const bundles = join(folder, 'services')
const mainOf = (service: FirstService) => join(bundles, service, 'main.mjs')
const git = (...args: string[]) => execFileSync('git', args, { cwd: from, encoding: 'utf8' }).trim()

const FILES: Readonly<Record<ArchiveName, () => Promise<Files>>> = {
  services: async () => filesIn(bundles),
  simulation: simulatedParts,
  sqlite: () => sqliteShop(mainOf),
  mongo: () => mongoShop(mainOf),
}

try {
  const chosen = ARCHIVES.filter((name) => values.only === undefined || name === values.only)
  if (chosen.some((name) => name !== 'simulation')) {
    for (const service of SERVICES) {
      await bundleInto(join(bundles, service), join(from, service, 'src', 'main.ts'), [TRACING])
    }
  }
  const keptAt = new Date().toISOString()
  const commit = git('rev-parse', 'HEAD')
  const archives = { ...(values.only === undefined ? {} : readManifest().archives) } as Record<
    ArchiveName,
    Archive
  >
  for (const name of chosen) archives[name] = { commit, keptAt, ...keep(name, await FILES[name]()) }
  const { version } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
  const manifest: Manifest = {
    version,
    how: 'npm run keep-release',
    node: process.version,
    archives,
  }
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`)
  const bytes = Object.values(archives).reduce((sum, archive) => sum + archive.bytes, 0)
  console.log(`Kept release ${version} (${commit.slice(0, 7)}): ${Math.round(bytes / 1000)} kB.`)
} finally {
  rmSync(folder, { recursive: true })
}
process.exit(0)

function keep(name: ArchiveName, files: Files) {
  const archive = pack(files)
  mkdirSync(KEPT, { recursive: true })
  writeFileSync(archivePath(name), archive)
  return { sha256: sha256(archive), bytes: archive.length }
}

async function simulatedParts(): Promise<Files> {
  const parts = join(folder, 'simulation')
  await bundleInto(parts, join(from, 'simulation', 'shop', 'release.ts'), [TRACING, PACKAGES])
  return filesIn(parts)
}

function filesIn(root: string): Files {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const kept = paths.map((path) => relative(root, path)).filter((name) => !LEFT_OUT.test(name))
  return Object.fromEntries(kept.sort().map((name) => [name, readFileSync(join(root, name))]))
}

async function sqliteShop(mainOf: (service: FirstService) => string): Promise<Files> {
  const DATA_DIR = join(folder, 'sqlite')
  const written = await writeShop({ DATA_DIR }, mainOf)
  return { ...filesIn(DATA_DIR), ...recordOf(written) }
}

/** A file of BSON for each collection, and the indexes. */
async function mongoShop(mainOf: (service: FirstService) => string): Promise<Files> {
  const server = await start()
  const client = connectPatiently(server.url, 'keep-release')
  try {
    const written = await writeShop({ DATA_DIR: join(folder, 'mongo'), DATABASE_URL: server.url }, mainOf)
    const files: Record<string, Uint8Array> = {}
    const indexes: Record<string, unknown> = {}
    for (const { name, collections } of DATABASES) {
      for (const collection of collections) {
        const documents = await client.db(name).collection(collection).find({}, { raw: true }).toArray()
        if (documents.length === 0) continue
        // Raw documents are bytes, which the driver's types do not say.
        files[`${name}.${collection}.bson`] = Buffer.concat(documents as unknown as Uint8Array[])
        indexes[`${name}.${collection}`] = await client.db(name).collection(collection).indexes()
      }
    }
    return { ...files, 'indexes.json': Buffer.from(JSON.stringify(indexes)), ...recordOf(written) }
  } finally {
    await client.close()
    server.child.kill('SIGKILL')
  }
}

function recordOf(written: Written): Files {
  return { 'written.json': Buffer.from(JSON.stringify(written)) }
}

async function writeShop(place: Environment, mainOf: (service: FirstService) => string): Promise<Written> {
  const shop = await createShop(place, ADMIN, mainOf)
  try {
    return await writeEverything(shop, ADMIN, () => rotateKeys(from, place))
  } finally {
    await shop.kill()
  }
}
