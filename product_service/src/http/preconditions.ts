/** What a writer says they have seen: by `If-Match`, or by our `version` in body or query. */
import { versionsNamed } from '@shop/service_kit/http/etags'
import { DomainError } from '../domain/errors.ts'
import type { SeenVersions } from '../domain/product.ts'

/**
 * The version a writer names. A header and a body that contradict each other fail with `version_contradiction`;
 * neither, where `required`, with `version_required`. Weak tags never fit a write.
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
