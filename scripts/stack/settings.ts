/** What both `stack:deploy` and `stack:database` deploy: the files, and the variables in them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { refuse } from '../arguments.ts'
import { countVersions, SECRETS } from './versions.ts'

export const SETTINGS_FILE = 'stack.env'

export const SETTINGS_OPTION = {
  settings: {
    type: 'string',
    help: `The file with the variables of the stack (default: ./${SETTINGS_FILE}).`,
  },
} as const

export type Settings = {
  readonly stack: string
  readonly files: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Variables of the process win over those of the file. Exits with a sentence if a secret is missing. */
export function readSettings(root: string, file: string | undefined): Settings {
  if (file !== undefined && !existsSync(file)) refuse(`There is no file ${file}.`)
  const path = file ?? SETTINGS_FILE
  const given = { ...(existsSync(path) && parseEnv(readFileSync(path, 'utf8'))), ...process.env }
  const folder = given.SECRETS_FOLDER || join(root, 'secrets')
  const missing = SECRETS.filter((name) => !existsSync(join(folder, name)))
  if (missing.length > 0) {
    refuse(`${folder} lacks ${missing.join(', ')}. \`npm run stack:secrets\` creates what is missing.`)
  }
  const stack = given.STACK || 'ecommerce'
  return {
    stack,
    files: (given.STACK_FILES || 'docker-compose.yml').split(/\s+/).map((name) => join(root, name)),
    env: {
      // A new replica cannot have the port of the node before the old one is gone.
      ...(given.PORT_MODE === 'host' && { UPDATE_ORDER: 'stop-first' }),
      ...given,
      ...countVersions(folder, root),
      ...{ STACK: stack, SECRETS_FOLDER: folder },
    },
  }
}

/** Adds or replaces one line of the file. */
export function keepSetting(file: string | undefined, name: string, value: string): void {
  const path = file ?? SETTINGS_FILE
  const before = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  const others = before.filter((line) => line !== '' && !line.startsWith(`${name}=`))
  writeFileSync(path, `${[...others, `${name}=${value}`].join('\n')}\n`)
}
