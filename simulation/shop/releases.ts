/**
 * The releases that a history may have at once: this one, and the previous one as `npm run keep-release` kept it. Its packages
 * are those of now. It is not there while a bug is planted, which it does not have.
 */
import { pathToFileURL } from 'node:url'
import { simulatedRelease } from '../../tests/previous_release/release.ts'
import type { Version } from './deployment.ts'
import { RELEASE, type Release } from './release.ts'

export const RELEASES: Readonly<Record<Version, Release>> = {
  present: RELEASE,
  previous:
    process.env.PLANTED_BUG === undefined
      ? (await import(pathToFileURL(simulatedRelease()).href)).RELEASE
      : RELEASE,
}

/** Of each release, what `load` loads of it. */
export async function ofEach<T>(
  load: (release: Release) => Promise<T>,
): Promise<Readonly<Record<Version, T>>> {
  return { present: await load(RELEASES.present), previous: await load(RELEASES.previous) }
}
