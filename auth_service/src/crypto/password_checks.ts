/**
 * Refuses blank passwords (the kit's rule for text) and the most common ones, from the ranked list of zxcvbn-ts. Only
 * passwords of the required length count towards COMMON_PASSWORDS.
 */
import { isBlank } from '@shop/service_kit/http/text'
import { dictionary } from '@zxcvbn-ts/language-common'
import type { PasswordChecks } from '../domain/crypto_ports.ts'
import { PASSWORD_LENGTH_MIN } from '../domain/passwords.ts'

export const COMMON_PASSWORDS = 3_000

export function createPasswordChecks(): PasswordChecks {
  const common = commonPasswords()
  return { isCommon: (password) => common.has(password.toLowerCase()), isBlank }
}

function commonPasswords(): ReadonlySet<string> {
  const common = new Set<string>()
  for (const password of dictionary['passwords-common'] as readonly string[]) {
    if (common.size === COMMON_PASSWORDS) break
    if (password.length >= PASSWORD_LENGTH_MIN) common.add(password.toLowerCase())
  }
  return common
}
