/**
 * What the gateway put into the page: the settings of the shop, and the answers of the API that the first render needs
 * (src/pages/render_page.ts).
 *
 * Invariants
 *  1. An answer is used once, for the very request that it answers, and in the first SERVED_MS of the page. Later requests
 *     ask the shop.
 *  2. The answers of a page that came from the cache of the browser without asking, as after "back", are not used: price
 *     and stock may have changed.
 *  3. Without this data, or with other data than expected, the page asks the shop for everything.
 */
import type { Settings } from './settings/shown_settings.ts'

/** How long a result is fresh (api/query_client.ts). */
const SERVED_MS = 10_000
const API = '/api'

type Answer = { readonly path: string; readonly body: unknown }
type Served = { readonly settings: Settings; readonly answers: readonly Answer[] }
type Fetch = (request: Request) => Promise<Response>

export const served: Served | undefined = read()

/** The order of the parameters does not matter. */
const keyOf = (address: string): string => {
  const { pathname, searchParams } = new URL(address, 'http://shop')
  searchParams.sort()
  return `${pathname}?${searchParams}`
}

/** `age` is the age of the page in milliseconds. */
export function servedFirst(fetch: Fetch, answers: readonly Answer[], age = () => performance.now()): Fetch {
  const unused = new Map(answers.map(({ path, body }) => [keyOf(API + path), body]))
  return async (request) => {
    if (unused.size === 0 || request.method !== 'GET') return fetch(request)
    const key = keyOf(request.url)
    if (!unused.has(key) || age() > SERVED_MS) return fetch(request)
    const body = unused.get(key)
    unused.delete(key)
    return Response.json(body)
  }
}

/** Of this page, if they are as of now. */
export const servedAnswers = (): readonly Answer[] => (isFromCache() ? [] : (served?.answers ?? []))

function isFromCache(): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return navigation?.transferSize === 0
}

function read(): Served | undefined {
  try {
    const data: Partial<Served> = JSON.parse(document.querySelector('#shop-data')?.textContent ?? 'null')
    // From here on the colours are those of settings/colours.ts.
    document.querySelector('#shop-colours')?.remove()
    return typeof data.settings?.name === 'string' && Array.isArray(data.answers)
      ? (data as Served)
      : undefined
  } catch {
    return undefined
  }
}
