/**
 * Which passwords are refused for what they are: blank ones (the kit's rule for text), and the most common ones, from the list zxcvbn-ts keeps (ranked, most common first). Only those
 * long enough to be chosen here count, so all COMMON_PASSWORDS refused ones would otherwise have been possible.
 *
 * Loaded when made, before the service listens: it takes some 20 ms in which nothing else would be answered. The 3,000
 * are kept and the library's 50,000 words are let go.
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
  // `require`, because a CommonJS module can be dropped again; an ES module stays in memory for good.
  const require = createRequire(import.meta.url)
  const loadedBefore = new Set(Object.keys(require.cache))
  const { dictionary } = require(LIBRARY) as {
    dictionary: { 'passwords-common': readonly string[] }
  }
  const common = new Set<string>()
  for (const password of dictionary['passwords-common']) {
    if (common.size === COMMON_PASSWORDS) break
    // Copied through a buffer: a piece of a string would keep the whole of it in memory.
    if (password.length >= PASSWORD_LENGTH_MIN) common.add(Buffer.from(password.toLowerCase()).toString())
  }
  for (const path of Object.keys(require.cache)) if (!loadedBefore.has(path)) delete require.cache[path]
  return common
}
