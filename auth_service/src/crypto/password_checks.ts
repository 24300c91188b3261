/**
 * Refuses blank passwords (the kit's rule for text) and the most common ones, from the ranked list of zxcvbn-ts. Only
 * passwords of the required length count towards COMMON_PASSWORDS.
 *
 * The list is loaded before the service listens, because that blocks for about 20 ms. 3,000 passwords stay in memory; the
 * library's 50,000 words are freed.
 */
import { createRequire } from 'node:module'
import { showsNothing } from '@shop/service_kit/http/text'
import type { PasswordChecks } from '../domain/crypto_ports.ts'
import { PASSWORD_LENGTH_MIN } from '../domain/passwords.ts'

export const COMMON_PASSWORDS = 3_000
const LIBRARY = '@zxcvbn-ts/language-common'

export function createPasswordChecks(): PasswordChecks {
  const common = load()
  return { isCommon: (password) => common.has(password.toLowerCase()), isBlank: showsNothing }
}

function load(): ReadonlySet<string> {
  // `require`, because a CommonJS module can be unloaded; an ES module stays in memory.
  const require = createRequire(import.meta.url)
  const loadedBefore = new Set(Object.keys(require.cache))
  const { dictionary } = require(LIBRARY) as {
    dictionary: { 'passwords-common': readonly string[] }
  }
  const common = new Set<string>()
  for (const password of dictionary['passwords-common']) {
    if (common.size === COMMON_PASSWORDS) break
    // Copied through a buffer, because a substring keeps the whole string in memory.
    if (password.length >= PASSWORD_LENGTH_MIN) common.add(Buffer.from(password.toLowerCase()).toString())
  }
  for (const path of Object.keys(require.cache)) if (!loadedBefore.has(path)) delete require.cache[path]
  return common
}
