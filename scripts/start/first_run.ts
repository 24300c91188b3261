/**
 * What `npm start` makes once per data folder and keeps there, readable by its owner alone: the secret the
 * services share, and the first admin's login. What the environment gives wins and is not written down.
 *
 * Planning reads and decides; only `keep` writes, so that a start which is refused leaves nothing behind.
 */
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, readEnvironment } from '@shop/service_kit/runtime/config'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { valueIn } from '@shop/service_kit/runtime/secret_files'
import { OWNER_ONLY, restrictFolder } from './owner_only.ts'

export const SECRETS_FILE = 'secrets.json'
/** Holds exactly the body that `POST /login` takes, so `curl -d @admin.json` signs in. */
export const ADMIN_FILE = 'admin.json'
/** There once a shop that stood has shown the password that was made for it. */
export const SHOWN_FILE = 'admin_shown'

export type FirstRun = {
  /** No start has succeeded in making secrets here before. */
  readonly fresh: boolean
  /** To be added to the services' environment. */
  readonly env: Readonly<Record<string, string>>
  readonly admin: AdminLogin
  /** For signing in during this start. */
  readonly adminPassword: string
  readonly faults: readonly string[]
  /** A shop that stood has shown this login before. */
  readonly shown: boolean
  /** To be called when one just has. */
  markShown(): void
  /** Writes what was generated, and takes all that is there from others. Throws AlreadyWritten when another start has done so meanwhile. */
  write(): void
}

export type AdminLogin = {
  readonly username: string
  /** Absent when the environment gave it: then it is not ours to print. */
  readonly password?: string
  readonly file?: string
}

export class AlreadyWritten extends Error {
  constructor(file: string) {
    super(`Another start has just made ${file}; is the shop already running?`)
    this.name = 'AlreadyWritten'
  }
}

export type SecretGenerators = { secret(): string; password(): string }

type Content = Readonly<Record<string, string>>

export function planFirstRun(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  generators: SecretGenerators,
): FirstRun {
  const faults: string[] = []
  const secretsFile = join(dataDir, SECRETS_FILE)
  const adminFile = join(dataDir, ADMIN_FILE)
  const shownFile = join(dataDir, SHOWN_FILE)
  const secrets = readContent(secretsFile, ['SERVICE_SECRET'], faults)
  const login = readContent(adminFile, ['username', 'password'], faults)
  const toWrite: [file: string, content: Content][] = []
  const added: Record<string, string> = {}

  const given = readGiven(env, faults)

  if (given.SERVICE_SECRET === undefined) {
    const made = secrets ?? { SERVICE_SECRET: generators.secret() }
    if (!secrets) toWrite.push([secretsFile, made])
    added.SERVICE_SECRET = made.SERVICE_SECRET!
  }

  let admin: AdminLogin = { username: given.ADMIN_USERNAME ?? 'admin' }
  let adminPassword = given.ADMIN_PASSWORD
  if (adminPassword === undefined) {
    const made = login ?? { username: admin.username, password: generators.password() }
    if (!login) toWrite.push([adminFile, made])
    if (given.ADMIN_USERNAME && given.ADMIN_USERNAME !== made.username) {
      faults.push(
        `ADMIN_USERNAME is not the name in ${adminFile}: leave it out, or set ADMIN_PASSWORD as well.`,
      )
    }
    adminPassword = made.password!
    admin = { username: made.username!, password: adminPassword, file: adminFile }
    added.ADMIN_PASSWORD = adminPassword
  }
  if (given.ADMIN_USERNAME === undefined) added.ADMIN_USERNAME = admin.username

  return {
    fresh: secrets === undefined && login === undefined,
    env: added,
    admin,
    adminPassword,
    faults,
    shown: existsSync(shownFile),
    markShown() {
      try {
        writeFileSync(shownFile, '', { mode: OWNER_ONLY })
      } catch {
        // A full disk; then it is shown once more.
      }
    },
    write() {
      restrictFolder(dataDir)
      for (const [file, content] of toWrite) writeOwnerOnly(file, content)
    },
  }
}

const Given = Type.Object({
  SERVICE_SECRET: Type.Optional(Type.String()),
  ADMIN_USERNAME: Type.Optional(Type.String()),
  ADMIN_PASSWORD: Type.Optional(Type.String()),
})

/** What the environment gives, as values or as files. */
function readGiven(env: NodeJS.ProcessEnv, faults: string[]): Static<typeof Given> {
  try {
    return readEnvironment(Given, env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    faults.push(...error.faults.map((fault) => `${fault}.`))
    return {}
  }
}

function readContent(file: string, names: readonly string[], faults: string[]): Content | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') faults.push(`${file} cannot be read (${code}).`)
    return undefined
  }
  try {
    const content = JSON.parse(valueIn(text))
    if (names.every((name) => typeof content[name] === 'string' && content[name] !== '')) return content
  } catch {}
  faults.push(`${file} is damaged: mend it, or delete it and a new one is made.`)
  return undefined
}

/**
 * Beside it first, then under its name: a power cut leaves the whole file or none. Never over another's, whose
 * password may be the admin's by now.
 */
function writeOwnerOnly(file: string, content: Content) {
  const temporary = `${file}.${process.pid}`
  try {
    writeFileSync(temporary, `${JSON.stringify(content)}\n`, { mode: OWNER_ONLY, flush: true })
    linkSync(temporary, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new AlreadyWritten(file)
    throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}
