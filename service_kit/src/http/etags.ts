/**
 * Preconditions of requests (RFC 9110, section 13). The ETag of a resource is its version, in quotes; behind a hyphen a hash of what may change
 * without a new version.
 */
import { hash } from 'node:crypto'
import { Problem } from '../runtime/problem.ts'

const TAG = '(?:W/)?"[!#-~\\u0080-\\uffff]*"'
const TAG_LIST = new RegExp(`^\\s*${TAG}\\s*(?:,\\s*${TAG}\\s*)*$`)
const EACH_TAG = new RegExp(TAG, 'g')
const STRONG_VERSION = /^"([1-9][0-9]{0,14})(?:-[\w-]{11})?"$/
const HASH_LENGTH = 11

/** `amended`: what is shown and is not part of the version; undefined while there is none of it. */
export const etagOf = (version: number, amended?: string): string =>
  amended === undefined
    ? `"${version}"`
    : `"${version}-${hash('sha256', amended, 'base64url').slice(0, HASH_LENGTH)}"`

/**
 * The versions an `If-Match` names, of which one has to be the current one; weak and foreign tags name none, so
 * they never fit. Undefined when it asks for nothing in particular: absent, or `*`. Fails with `validation_failed`.
 */
export function versionsNamed(ifMatch: string | undefined): readonly number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined
  if (!TAG_LIST.test(ifMatch)) {
    throw new Problem('validation_failed', 'headers/if-match: must be "*" or a list of quoted ETags')
  }
  return (ifMatch.match(EACH_TAG) ?? []).flatMap((tag) => {
    const strong = STRONG_VERSION.exec(tag)
    return strong ? [Number(strong[1])] : []
  })
}

/** For a resource without a version: a hash of its text. Weak, so that a proxy may compress the text. */
export const etagOfText = (text: string): string => `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`

/** Does the client have this ETag already? By weak comparison: W/"3" equals "3". */
export function hasTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true
  if (!TAG_LIST.test(ifNoneMatch)) return false
  return (ifNoneMatch.match(EACH_TAG) ?? []).some((tag) => opaque(tag) === opaque(etag))
}

const opaque = (tag: string): string => (tag.startsWith('W/') ? tag.slice(2) : tag)
