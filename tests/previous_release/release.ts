/**
 * The previous release as `npm run keep-release` kept it: its services, and stores that they wrote. It lies in the
 * repository, because a checkout need not have the history.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FirstService } from '../../scripts/services.ts'
import { type Files, unpack } from './archive.ts'

export const KEPT = join(import.meta.dirname, 'kept')
const UNPACKED = join(import.meta.dirname, '..', 'output', 'previous_release')
export const MANIFEST = join(KEPT, 'manifest.json')

/** The services, their parts that a simulation starts, and the stores of a shop of each kind. */
export const ARCHIVES = ['services', 'simulation', 'sqlite', 'mongo'] as const
export type ArchiveName = (typeof ARCHIVES)[number]

export type Archive = {
  readonly commit: string
  readonly keptAt: string
  readonly sha256: string
  readonly bytes: number
}

export type Manifest = {
  readonly version: string
  readonly how: string
  readonly node: string
  readonly archives: Readonly<Record<ArchiveName, Archive>>
}

export const archivePath = (name: ArchiveName) => join(KEPT, `${name}.br`)
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
export const readManifest = (): Manifest => JSON.parse(readFileSync(MANIFEST, 'utf8'))

export const readArchive = (name: ArchiveName): Files => unpack(readFileSync(archivePath(name)))

/** The file that Node runs as the previous release's `service`. */
export const mainOf = (service: FirstService): string => join(unpacked('services'), service, 'main.mjs')

/** The module of the previous release that the simulation loads (simulation/shop/release.ts). */
export const simulatedRelease = (): string => join(unpacked('simulation'), 'release.mjs')

function unpacked(name: ArchiveName): string {
  const folder = join(UNPACKED, sha256(readFileSync(archivePath(name))).slice(0, 16))
  if (!existsSync(folder)) {
    mkdirSync(UNPACKED, { recursive: true })
    const beside = mkdtempSync(join(UNPACKED, 'unpacking-'))
    writeFiles(beside, readArchive(name))
    try {
      renameSync(beside, folder)
    } catch (error) {
      // Another process was faster.
      if (!existsSync(folder)) throw error
      rmSync(beside, { recursive: true })
    }
  }
  return folder
}

export function writeFiles(folder: string, files: Files) {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
}
