/** Checks of stored records. Each returns the record, or throws an Error that names what is wrong. */
import type { Credential, Mail } from './contact_ports.ts'
import type { SigningKey } from './key_ports.ts'
import type { Account, Attempts, Session, User, Withdrawal } from './ports.ts'

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isTextOrNull = (value: unknown): boolean => value === null || isText(value)
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isTime = (value: unknown): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value))
const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** 32 bytes in base64url: either half of an Ed25519 key. */
const isKeyHalf = (value: unknown): boolean => typeof value === 'string' && /^[\w-]{43}$/.test(value)

export function validateStoredUser<Of extends User>(user: Of): Of {
  const { id, username, role, createdAt } = user
  require(isText(id) && isText(username) && isTime(createdAt), 'its fields are not those of a user')
  require(role === 'customer' || role === 'admin', 'its role is none')
  return user
}

export function validateStoredAccount(account: Account): Account {
  const { passwordHash, passwordVersion, tokenVersion, email, verifiedEmail } = validateStoredUser(account)
  require(isText(passwordHash) && isCount(passwordVersion), 'its password is not that of an account')
  require(isCount(tokenVersion), 'its changes are not those of an account')
  require(isTextOrNull(email) && isTextOrNull(verifiedEmail), 'its addresses are none')
  return account
}

export function validateStoredWithdrawal(withdrawal: Withdrawal): Withdrawal {
  require(isText(withdrawal.userId) &&
    isCount(withdrawal.leastVersion), 'its changes are not those of an account')
  return withdrawal
}

export function validateStoredSession(session: Session): Session {
  const { id, userId, passwordVersion, tokenHash, previousHash, salt, rotatedAt, createdAt, expiresAt } =
    session
  require([id, userId, tokenHash].every(isText) &&
    [previousHash, salt].every(isTextOrNull) &&
    isCount(passwordVersion), 'its fields are not those of a session')
  require(isTime(createdAt) &&
    isTime(expiresAt) &&
    (rotatedAt === null || isTime(rotatedAt)), 'its times are not those of a session')
  require(isTextOrNull(session.client), 'its client is none')
  return session
}

export function validateStoredKey(key: SigningKey): SigningKey {
  const { kid, generation, jwk, signsFrom, createdAt } = key
  require(isText(kid) &&
    isCount(generation) &&
    isTime(signsFrom) &&
    isTime(createdAt), 'it is not a signing key')
  require(isKeyHalf(jwk.x) && isKeyHalf(jwk.d), 'its halves are not those of a key')
  return key
}

export function validateStoredCredential(credential: Credential): Credential {
  const { id, kind, userId, body, mark, createdAt, expiresAt } = credential
  require([id, kind, mark].every(isText) && isTextOrNull(userId) && isRecord(body), 'its fields are not ours')
  require(isTime(createdAt) && (expiresAt === null || isTime(expiresAt)), 'its times are none')
  return credential
}

export function validateStoredMail(mail: Mail): Mail {
  const { id, kind, language, details, content } = mail
  require([id, kind, language].every(isText) && isRecord(details), 'its fields are not those of a mail')
  require(content === null || (isText(content.to) && isRecord(content.values)), 'it has no content')
  require([mail.createdAt, mail.expiresAt, mail.dueAt].every(isTime) &&
    isCount(mail.attempts) &&
    isCount(mail.fence), 'its times are none')
  return mail
}

export function validateStoredAttempts(attempts: Attempts): Attempts {
  const { count, pausedUntil, forgetAt } = attempts
  require(isCount(count) &&
    isTime(forgetAt) &&
    (pausedUntil === undefined || isTime(pausedUntil)), 'it counts nothing')
  return attempts
}

function require(isGood: boolean, why: string) {
  if (!isGood) throw new Error(why)
}
