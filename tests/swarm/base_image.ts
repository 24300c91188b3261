/**
 * The base image that our Dockerfiles name. If it neither exists nor can be pulled, a stand-in is made: Debian by
 * debootstrap, with the Node of this machine.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { docker, succeeds } from './docker.ts'
import type { Undo } from './stack.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PULL_MS = 60_000
const DEBIAN = 'http://deb.debian.org/debian'

/** Adds to `undo` what it pulls or makes: the machine has afterwards the images that it had before. */
export async function requireBaseImage(undo: Undo): Promise<string> {
  const name = /^ARG NODE_IMAGE=(.+)$/m.exec(
    readFileSync(join(ROOT, 'auth_service', 'Dockerfile'), 'utf8'),
  )![1]!
  // A name of its own: no later build must take it for the real one.
  const standIn = name.replace(/^.*:/, 'shop_test_base:')
  for (const each of [name, standIn]) if (await isThere(each)) return each
  const pulled = await docker(['pull', name], { deadlineMs: PULL_MS }).then(
    () => true,
    () => false,
  )
  const image = pulled ? name : standIn
  undo.push(() => docker(['image', 'rm', image]))
  if (!pulled) makeStandIn(standIn)
  return image
}

const isThere = (image: string) => succeeds('docker', 'image', 'inspect', image)

function makeStandIn(name: string) {
  console.log(`The base image can't be pulled: making ${name} from Debian and the Node of this machine`)
  const folder = mkdtempSync(join(tmpdir(), 'shop_base_'))
  try {
    const rootfs = join(folder, 'rootfs')
    const packages = '--include=libatomic1'
    execFileSync('debootstrap', ['--variant=minbase', packages, 'bookworm', rootfs, DEBIAN], {
      stdio: 'ignore',
    })
    cpSync(realpathSync(process.execPath), join(rootfs, 'usr/local/bin/node'))
    const { status } = spawnSync(
      'sh',
      ['-c', `tar -C "$1" -c . | docker import - "$2"`, 'sh', rootfs, name],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    if (status !== 0) throw new Error(`The stand-in ${name} could not be imported`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
