/** Builds what the shop runs: the pages, and the bundles of the services. */
import { buildPages, buildPagesIfOld, pagesAreOld } from '../../storefront/build.ts'
import { BUNDLES } from './bundles.ts'

const PARTS = [
  { what: 'pages', isOld: pagesAreOld, build: buildPages, buildIfOld: buildPagesIfOld },
  { what: 'services', isOld: BUNDLES.areOld, build: BUNDLES.build, buildIfOld: BUNDLES.buildIfOld },
]

/** Rejects with a sentence. */
export async function buildAll(): Promise<void> {
  for (const { what, build } of PARTS) await explained(what, build())
}

/** The parts with a source that is newer. Resolves whether there was something to build; rejects with a sentence. */
export async function buildIfOld(building: (what: string) => void = () => {}): Promise<boolean> {
  let built = false
  for (const { what, isOld, buildIfOld } of PARTS) {
    if (!isOld()) continue
    building(what)
    if (await explained(what, buildIfOld())) built = true
  }
  return built
}

const explained = <T>(what: string, building: Promise<T>): Promise<T> =>
  building.catch((error) => {
    throw new Error(`The ${what} cannot be built: ${(error as Error).message}`)
  })
