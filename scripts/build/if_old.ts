/** Builds what the shop runs, where a source of it is newer: the pages and the bundles of the services. */
import { buildPagesIfOld, pagesAreOld } from '../../storefront/build.ts'
import { BUNDLES } from './bundles.ts'

const PARTS = [
  { what: 'the pages', isOld: pagesAreOld, build: buildPagesIfOld },
  { what: 'the services', isOld: BUNDLES.areOld, build: BUNDLES.buildIfOld },
]

/** Resolves whether there was something to build. Rejects with a sentence. */
export async function buildIfOld(building: (what: string) => void = () => {}): Promise<boolean> {
  let built = false
  for (const { what, isOld, build } of PARTS) {
    if (!isOld()) continue
    building(what)
    const done = await build().catch((error) => {
      throw new Error(
        `${what[0]!.toUpperCase()}${what.slice(1)} cannot be built: ${(error as Error).message}`,
      )
    })
    built ||= done
  }
  return built
}
