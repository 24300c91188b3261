/**
 * The base image that our Dockerfile names. If it neither exists nor can be pulled, a replacement is built: Debian by
 * debootstrap, with the Node and npm of this machine.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { docker } from './docker.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PULL_MS = 60_000
const DEBIAN = 'http://deb.debian.org/debian'
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

export async function requireBaseImage(): Promise<string> {
  const name = /^ARG NODE_IMAGE=(.+)$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))![1]!
  const there = await docker(['image', 'inspect', name]).then(
    () => true,
    () =>
      docker(['pull', name], { deadlineMs: PULL_MS }).then(
        () => true,
        () => false,
      ),
  )
  if (!there) makeStandIn(name)
  return name
}

function makeStandIn(name: string) {
  console.log(`${name} can't be pulled: making a stand-in from Debian and the Node of this machine`)
  const folder = mkdtempSync(join(tmpdir(), 'shop_base_'))
  try {
    const rootfs = join(folder, 'rootfs')
    const packages = '--include=ca-certificates,libatomic1'
    execFileSync('debootstrap', ['--variant=minbase', packages, 'bookworm', rootfs, DEBIAN], {
      stdio: 'ignore',
    })
    const put = (from: string, to: string) => {
      mkdirSync(dirname(join(rootfs, to)), { recursive: true })
      cpSync(realpathSync(from), join(rootfs, to), { recursive: true, dereference: true })
    }
    put(process.execPath, 'usr/local/bin/node')
    put(npmFolder(), 'usr/local/lib/node_modules/npm')
    symlinkSync('/usr/local/lib/node_modules/npm/bin/npm-cli.js', join(rootfs, 'usr/local/bin/npm'))
    // The build trusts the certificates that this machine trusts.
    if (existsSync(CERTIFICATES)) put(CERTIFICATES, CERTIFICATES)
    mkdirSync(join(rootfs, 'usr/local/etc'), { recursive: true })
    writeFileSync(join(rootfs, 'usr/local/etc/npmrc'), `cafile=${CERTIFICATES}\n`)
    const { status } = spawnSync(
      'sh',
      ['-c', `tar -C "$1" -c . | docker import - "$2"`, 'sh', rootfs, name],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    if (status !== 0) throw new Error(`The stand-in for ${name} could not be imported`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The package of the npm on the PATH. */
function npmFolder(): string {
  const command = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'npm'))
    .find((file) => existsSync(file))
  if (!command) throw new Error('There is no npm on the PATH.')
  return dirname(dirname(realpathSync(command)))
}
