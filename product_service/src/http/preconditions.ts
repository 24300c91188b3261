/**
 * What a request says it has seen (RFC 9110, section 13): `If-Match`, `If-None-Match`, and our `version` in body
 * or query. A product's ETag is its version in quotes.
 */
import { Problem } from '@shop/service_kit/problem'
import { DomainError } from '../domain/errors.ts'
import type { Seen } from '../domain/product.ts'

const TAG = '(?:W/)?"[!#-~\\u0080-\\uffff]*"'
const TAG_LIST = new RegExp(`^\\s*${TAG}\\s*(?:,\\s*${TAG}\\s*)*$`)
const EACH_TAG = new RegExp(TAG, 'g')
const STRONG_VERSION = /^"([1-9][0-9]{0,14})"$/

export const etagOf = (version: number): string => `"${version}"`

/**
 * The version a writer names. A header and a body that contradict each other fail with `version_contradiction`;
 * neither, where `required`, with `version_required`. Weak tags never fit a write.
 */
export function seenBy(ifMatch: string | undefined, version: number | undefined, required: boolean): Seen {
  if (ifMatch === undefined || ifMatch.trim() === '*') {
    if (version !== undefined) return { from: 'body', versions: [version] }
    if (ifMatch === undefined && required) {
      throw new DomainError('version_required', 'Send the version you saw as "version" or as If-Match.')
    }
    return { from: 'nothing' }
  }
  if (!TAG_LIST.test(ifMatch)) {
    throw new Problem('validation_failed', 'headers/if-match: must be "*" or a list of quoted ETags')
  }
  const versions = (ifMatch.match(EACH_TAG) ?? []).flatMap((tag) => {
    const strong = STRONG_VERSION.exec(tag)
    return strong ? [Number(strong[1])] : []
  })
  if (version === undefined) return { from: 'header', versions }
  if (!versions.includes(version)) {
    throw new DomainError('version_contradiction', `If-Match is ${ifMatch}, but version is ${version}.`)
  }
  return { from: 'header', versions: [version] }
}

/** Does the reader have this version already? By weak comparison, so W/"3" is "3". */
export function alreadySeen(ifNoneMatch: string | undefined, version: number): boolean {
  if (ifNoneMatch === undefined) return false
  const etag = etagOf(version)
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true
  if (!TAG_LIST.test(ifNoneMatch)) return false
  return (ifNoneMatch.match(EACH_TAG) ?? []).some((tag) => tag === etag || tag === `W/${etag}`)
}
