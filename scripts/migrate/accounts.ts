/** Copies users, sessions and signing keys. Counts of failed logins are not copied: they expire within hours. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Session, Stores } from '@shop/auth_service/domain/ports'
import type { Copied, Progress } from './progress.ts'

const PAGE = 500
/** Limit of sessions of one user; more than any user has. */
const SESSIONS_MAX = 1_000_000

type SessionRow = {
  id: string
  user_id: string
  password_version: number
  token_hash: string
  previous_hash: string | null
  salt: string | null
  rotated_at: number | null
  created_at: number
  expires_at: number
}

export async function copyAccounts(
  folder: string,
  from: Stores,
  to: Stores,
  progress: Progress,
): Promise<Copied[]> {
  let users = 0
  const usersSource = await progress.each('users', idsOfUsers(from), async (id) => {
    const account = (await from.users.find(id))!
    if (!(await to.users.find(id))) await to.users.add(account)
    users++
  })

  let keys = 0
  const keysSource = await progress.each('signing keys', await from.keys.list(), async (key) => {
    await to.keys.add(key)
    if ((await to.keys.list()).some(({ kid }) => kid === key.kid)) keys++
  })

  const db = new DatabaseSync(join(folder, 'auth.db'), { readOnly: true })
  try {
    let sessions = 0
    const rows = db.prepare('SELECT * FROM sessions ORDER BY id').iterate() as Iterable<SessionRow>
    const sessionsSource = await progress.each('sessions', rows, async (row) => {
      await to.sessions.start(sessionOf(row), SESSIONS_MAX)
      if (await to.sessions.find(row.id)) sessions++
    })
    return [
      { what: 'users', source: usersSource, target: users },
      { what: 'signing keys', source: keysSource, target: keys },
      { what: 'sessions', source: sessionsSource, target: sessions },
    ]
  } finally {
    db.close()
  }
}

async function* idsOfUsers({ users }: Stores): AsyncGenerator<string> {
  let after: string | undefined
  for (;;) {
    const page = await users.list({ after, limit: PAGE })
    if (page.length === 0) return
    for (const { id } of page) yield id
    after = page.at(-1)!.id
  }
}

const sessionOf = (row: SessionRow): Session => ({
  id: row.id,
  userId: row.user_id,
  passwordVersion: row.password_version,
  tokenHash: row.token_hash,
  previousHash: row.previous_hash,
  salt: row.salt,
  rotatedAt: row.rotated_at === null ? null : new Date(row.rotated_at).toISOString(),
  createdAt: new Date(row.created_at).toISOString(),
  expiresAt: new Date(row.expires_at).toISOString(),
})
