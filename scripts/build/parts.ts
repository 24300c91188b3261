/** Builds what the shop runs: the pages, and the bundles of the services; and the operator's commands for their image. */
import { buildPages, buildPagesIfOld, pagesAreOld } from '../../storefront/build.ts'
import { BUNDLES, OPS_BUNDLE } from './bundles.ts'

/** What `npm start` runs. */
const SHOP = [
  { what: 'pages', isOld: pagesAreOld, build: buildPages, buildIfOld: buildPagesIfOld },
  { what: 'services', isOld: BUNDLES.areOld, build: BUNDLES.build, buildIfOld: BUNDLES.buildIfOld },
]
/** What the images are made of. */
const ALL = [
  ...SHOP,
  {
    what: "operator's commands",
    isOld: OPS_BUNDLE.areOld,
    build: OPS_BUNDLE.build,
    buildIfOld: OPS_BUNDLE.buildIfOld,
  },
]

/** Rejects with a sentence. */
export async function buildAll(): Promise<void> {
  for (const { what, build } of ALL) await explained(what, build())
}

type Building = (what: string) => void

/** The parts of the shop with a source that is newer. Resolves whether there was something to build; rejects with a sentence. */
export const buildIfOld = (building?: Building): Promise<boolean> => buildOld(SHOP, building)

/** The same for all that the images are made of. */
export const buildAllIfOld = (building?: Building): Promise<boolean> => buildOld(ALL, building)

async function buildOld(parts: typeof ALL, building: Building = () => {}): Promise<boolean> {
  let built = false
  for (const { what, isOld, buildIfOld } of parts) {
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
