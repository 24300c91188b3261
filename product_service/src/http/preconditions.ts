/** The versions that a writer has seen, from `If-Match` or from `version` in body or query. */
import { versionsNamed } from '@shop/service_kit/http/etags'
import { DomainError } from '../domain/errors.ts'
import type { SeenVersions } from '../domain/product.ts'

/**
 * Fails with `version_contradiction` if header and `version` differ, and with `version_required` if both are absent and
 * one is `required`. Weak tags never match a write.
 */
export function readSeenVersions(
  ifMatch: string | undefined,
  version: number | undefined,
  required: boolean,
): SeenVersions {
  const versions = versionsNamed(ifMatch)
  if (versions === undefined) {
    if (version !== undefined) return [version]
    if (ifMatch === undefined && required) {
      throw new DomainError('version_required', 'Send the version you saw as "version" or as If-Match.')
    }
    return undefined
  }
  if (version === undefined) return versions
  if (!versions.includes(version)) {
    throw new DomainError('version_contradiction', `If-Match is ${ifMatch}, but version is ${version}.`)
  }
  return [version]
}
