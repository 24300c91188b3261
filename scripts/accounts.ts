/** `npm run accounts`: a lost password, a locked-out customer, a deleted account (operator.ts of auth_service). */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createArgon2Hasher } from '@shop/auth_service/crypto/argon2_hasher'
import { createWorkQueues } from '@shop/auth_service/crypto/work_queues'
import {
  deleteAccount,
  type FailedLogins,
  type OperatorPorts,
  resetPassword,
  resetSecondFactor,
  showAccount,
  unlock,
} from '@shop/auth_service/domain/operator'
import type { User } from '@shop/auth_service/domain/ports'
import { canonicalUsername } from '@shop/auth_service/domain/usernames'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { readArguments, refuse } from './arguments.ts'
import { withAuthStores } from './auth_stores.ts'
import { ADMIN_FILE } from './start/first_run.ts'

/** 144 bits, so that no password check of the shop refuses it. */
const PASSWORD_BYTES = 18
const PAGE = 100

const { values } = readArguments(
  {
    name: 'npm run accounts',
    summary: 'Shows and changes accounts, while the shop runs or not. Choose one of the first six options.',
    options: {
      list: { type: 'boolean', help: 'All accounts, newest first: role, time of registration, name.' },
      show: { type: 'string', help: 'Role, sessions and failed logins of the account with this name.' },
      'reset-password': {
        type: 'string',
        help: 'Give it a new random password, which is printed once; ends its sessions and withdraws its access tokens.',
      },
      'reset-second-factor': {
        type: 'string',
        help: 'Remove its second factor and passkeys, which its owner has lost; end its sessions.',
      },
      unlock: { type: 'string', help: 'Forget its failed logins, so that its owner can log in at once.' },
      delete: {
        type: 'string',
        help: 'Erase its name and password for ever, end its sessions, withdraw its access tokens. Its orders remain.',
      },
      confirm: { type: 'string', help: 'The name again, for --delete.' },
    },
    notes: 'Run it with the environment of auth_service (DATA_DIR, DATABASE_URL).',
  },
  process.argv.slice(2),
)
const { list, show, 'reset-password': reset, unlock: locked, delete: deleted, confirm } = values
const lostFactor = values['reset-second-factor']
const chosen = [list, show, reset, lostFactor, locked, deleted].filter((value) => value !== undefined)
if (chosen.length !== 1)
  refuse(
    'Choose one of --list, --show, --reset-password, --reset-second-factor, --unlock and --delete.',
    '--help explains them.',
  )
if (deleted === undefined ? confirm !== undefined : confirm !== deleted) {
  refuse(
    deleted === undefined
      ? '--confirm is only for --delete.'
      : `A deletion cannot be undone. To delete ${deleted}, repeat the name: npm run accounts -- --delete ${deleted} --confirm ${deleted}`,
  )
}

const print = (...lines: readonly string[]) => void process.stdout.write(`${lines.join('\n')}\n`)
const newPassword = () => randomBytes(PASSWORD_BYTES).toString('base64url')

await withAuthStores(async (stores, dataDir) => {
  const hasher = createArgon2Hasher(systemRuntime, createWorkQueues({ atOnce: 1, waitingMax: 1 }))
  const ports: OperatorPorts = { ...stores, hasher, now: systemRuntime.now }
  const adminFile = join(dataDir, ADMIN_FILE)

  if (list) {
    for await (const { role, createdAt, username } of everyUser(ports)) {
      print(`${role.padEnd('customer'.length)}  ${createdAt}  ${username}`)
    }
  } else if (show !== undefined) {
    const { account, sessions, failed } = await showAccount(ports, show)
    print(
      `name           ${account.username}`,
      `id             ${account.id}`,
      `role           ${account.role}`,
      `registered     ${account.createdAt}`,
      `sessions       ${sessions}`,
      `failed logins  ${describe(failed)}`,
    )
  } else if (reset !== undefined) {
    const password = newPassword()
    const failed = await resetPassword(ports, reset, password)
    print(
      `The new password of ${reset} is ${password}`,
      'It is not stored anywhere in readable form. All sessions have ended. Access tokens of before are refused within seconds.',
    )
    if (failed.count > 0) print(`Failed logins forgotten: ${describe(failed)}.`)
    if (isNamedIn(adminFile, reset))
      print(`${adminFile} still has the earlier password: correct or remove it.`)
  } else if (lostFactor !== undefined) {
    await resetSecondFactor({ ...ports, ...stores }, lostFactor)
    print(`${lostFactor} has no second factor any more, and is signed out everywhere.`)
  } else if (locked !== undefined) {
    const failed = await unlock(ports, locked)
    print(
      failed.count > 0 ? `Failed logins forgotten: ${describe(failed)}.` : `${locked} has no failed logins.`,
    )
  } else if (deleted !== undefined) {
    await deleteAccount(ports, deleted, newPassword())
    print(`The account ${deleted} is deleted. Its orders remain, under its id.`)
    if (isNamedIn(adminFile, deleted)) {
      print(`${adminFile} still names it: remove it, or the next start makes a new admin of that name.`)
    }
  }
})

async function* everyUser({ users }: OperatorPorts): AsyncGenerator<User> {
  for (let after: string | undefined; ; ) {
    const page = await users.list({ after, limit: PAGE })
    yield* page
    if (page.length < PAGE) return
    after = page.at(-1)!.id
  }
}

function describe({ count, addresses, pausedUntil }: FailedLogins): string {
  const pause = pausedUntil === undefined ? '' : `, paused until ${pausedUntil}`
  return count === 0
    ? 'none'
    : `${count} from ${addresses} ${addresses === 1 ? 'address' : 'addresses'}${pause}`
}

/** Is it the first admin, whose login `npm start` generated? */
function isNamedIn(adminFile: string, name: string): boolean {
  if (!existsSync(adminFile)) return false
  try {
    const { username } = JSON.parse(readFileSync(adminFile, 'utf8'))
    return canonicalUsername(String(username)) === canonicalUsername(name)
  } catch {
    return false
  }
}
