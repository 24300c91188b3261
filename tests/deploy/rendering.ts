/** What is deployed: Kubernetes overlays as kubectl renders them, and the Swarm stack as docker reads it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'

export const ROOT = join(import.meta.dirname, '..', '..')
export const OVERLAYS = ['dev', 'production', 'external-database'] as const
export type Overlay = (typeof OVERLAYS)[number]

// biome-ignore lint/suspicious/noExplicitAny: manifests are checked by schemas, not by our types.
export type Manifest = Record<string, any>

export const IMAGES = [
  'auth_service',
  'product_service',
  'order_service',
  'notification_service',
  'payment_service',
  'storefront',
] as const
export type Image = (typeof IMAGES)[number]

export const dockerfileOf = (image: Image) => readFileSync(join(ROOT, image, 'Dockerfile'), 'utf8')

/** The public port that the image sets. */
export const portOf = (image: Image) => Number(/ PORT=(\d+) /.exec(dockerfileOf(image))![1])

/** The files that the Dockerfile copies, in a folder of their own, as it copies them. */
export function imageFolder(t: TestContext, image: Image | 'ops'): string {
  const folder = mkdtempSync(join(tmpdir(), 'shop_image_'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'dist'))
  cpSync(join(ROOT, image, 'package.json'), join(folder, 'dist', 'package.json'))
  cpSync(join(ROOT, image, 'dist'), join(folder, 'dist'), { recursive: true })
  return folder
}

const there = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0

/** Why a suite that needs the command is skipped, or false if it runs. */
export function needs(command: string, ...version: string[]): string | false {
  if (there(command, ...version)) return false
  const loud = `NO ${command.toUpperCase()}: WHAT IT WOULD SAY IS NOT TESTED`
  console.error(loud)
  return loud
}

/** Every manifest file, before any overlay is applied. */
export const written = (): Manifest[] =>
  globSync('deploy/kubernetes/**/*.yaml', { cwd: ROOT })
    .sort()
    .flatMap((file) =>
      parseAllDocuments(readFileSync(join(ROOT, file), 'utf8')).map((document) => document.toJS()),
    )
    .filter(({ kind }) => kind !== 'Kustomization' && kind !== 'Component')

export const rendered = (overlay: Overlay | 'example'): Manifest[] =>
  renderedAt(`deploy/kubernetes/overlays/${overlay}`)

/** `folder`: from the root of the project, or absolute. */

export function renderedAt(folder: string): Manifest[] {
  const text = execFileSync('kubectl', ['kustomize', resolve(ROOT, folder)], { encoding: 'utf8' })
  return parseAllDocuments(text).map((document) => document.toJS())
}

export function stackConfig(env: NodeJS.ProcessEnv = {}): Manifest {
  const text = execFileSync('docker', ['stack', 'config', '-c', join(ROOT, 'docker-compose.yml')], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return parse(text)
}
