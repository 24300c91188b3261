/** The MongoDB shell from npm, in a folder of its own: its packages are as many as those of the whole shop. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { alone } from '../../storefront/build.ts'

/** Apart from the tests, which must not find its packages in place of ours, half installed. */
const FOLDER = join(import.meta.dirname, 'shell')
const SHELL = join(FOLDER, 'node_modules', 'mongosh', 'bin', 'mongosh.js')
const LOCK = join(import.meta.dirname, '..', '..', 'node_modules', '.mongosh_being_installed')
const INSTALL_MS = 300_000

/** Why there is none, or false. */
export async function needsMongosh(): Promise<string | false> {
  try {
    await alone(
      LOCK,
      async () => {
        if (existsSync(SHELL)) return
        const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
        execFileSync('npm', args, { cwd: FOLDER, stdio: 'ignore', timeout: INSTALL_MS })
      },
      INSTALL_MS,
    )
    return false
  } catch {
    const loud = 'NO MONGOSH (npm ci in tests/mongosh/shell FAILED): ITS SCRIPTS ARE NOT TESTED'
    console.error(loud)
    return loud
  }
}

/** `script` is given as the shell takes it: `--file PATH` or `--eval TEXT`. */
export const runMongosh = (script: readonly string[], env: NodeJS.ProcessEnv, home: string): ChildProcess =>
  spawn(process.execPath, [SHELL, '--nodb', '--quiet', ...script], {
    env: { PATH: process.env.PATH, HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
