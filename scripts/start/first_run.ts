/**
 * What `npm start` creates once in a data folder, readable only by its owner: the shared secret of the services, and the
 * login of the first admin. Values from the environment take precedence, and are not written to files.
 *
 * Only `write` writes, so that a start that is refused leaves no files.
 */
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, readEnvironment } from '@shop/service_kit/runtime/config'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { valueIn } from '@shop/service_kit/runtime/secret_files'
import { OWNER_ONLY, restrictFolder } from './owner_only.ts'

export const SECRETS_FILE = 'secrets.json'
/** Contains the body of `POST /login`, so `curl -d @admin.json` signs in. */
export const ADMIN_FILE = 'admin.json'
/** Exists after a start has printed the generated password. */
export const SHOWN_FILE = 'admin_shown'

export type FirstRun = {
  /** No earlier start has written secrets here. */
  readonly fresh: boolean
  /** Variables to add to the environment of the services. */
  readonly env: Readonly<Record<string, string>>
  readonly admin: AdminLogin
  readonly serviceSecret: string
  /** For signing in during this start. */
  readonly adminPassword: string
  readonly faults: readonly string[]
  /** An earlier start has printed this login. */
  readonly shown: boolean
  /** To be called when the login was printed. */
  markShown(): void
  /** Writes what was generated, and restricts the folder to its owner. Throws AlreadyWritten if another start was faster. */
  write(): void
}

export type AdminLogin = {
  readonly username: string
  /** Absent if it came from the environment: then it is not printed. */
  readonly password?: string
  readonly file?: string
}

export class AlreadyWritten extends Error {
  constructor(file: string) {
    super(`Another start has just created ${file}; is the shop already running?`)
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

  let serviceSecret = given.SERVICE_SECRET
  if (serviceSecret === undefined) {
    const made = secrets ?? { SERVICE_SECRET: generators.secret() }
    if (!secrets) toWrite.push([secretsFile, made])
    serviceSecret = made.SERVICE_SECRET!
    added.SERVICE_SECRET = serviceSecret
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
    serviceSecret,
    admin,
    adminPassword,
    faults,
    shown: existsSync(shownFile),
    markShown() {
      try {
        writeFileSync(shownFile, '', { mode: OWNER_ONLY })
      } catch {
        // A full disk, for example. Then the next start prints the login again.
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

/** The values from the environment, directly or by `_FILE`. */
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
  faults.push(`${file} is damaged: correct it, or delete it to get a new one.`)
  return undefined
}

/**
 * Writes another file, then links it: a power cut leaves the complete file or none. It never replaces an existing file,
 * whose password may already be that of the admin.
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
