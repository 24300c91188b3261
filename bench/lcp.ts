/**
 * The largest contentful paint of the home page and a product page, as a ratio of two running shops: this commit's, and that
 * of a commit before. Both are started by `npm start -- --demo`, each in its own checkout with ports of its own. Visits of the two
 * alternate, so what else the machine does slows both alike. Each visit has an empty cache, a slow line and a slow processor.
 *
 *   node bench/lcp.ts --before http://127.0.0.1:7100 --now http://127.0.0.1:7200
 */
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { numberOption, readArguments, refuse } from '../scripts/arguments.ts'
import { launch, noBrowser } from '../tests/browser/browser.ts'

/** The line and processor of a middling phone, as Lighthouse imitates them. */
const LINE = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 93_750 }
const CPU_SLOWDOWN = 4
/** A larger paint after this time would be a fault of its own. */
const SETTLED_MS = 6_000
const DEVICES: Readonly<Record<string, BrowserContextOptions>> = {
  desk: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
}

const { values } = readArguments(
  {
    name: 'node bench/lcp.ts',
    summary: 'Compares the largest contentful paint of two running shops. Needs Chromium.',
    options: {
      before: { type: 'string', help: 'Address of the storefront to compare with.' },
      now: { type: 'string', help: 'Address of the storefront that is measured.' },
      rounds: { type: 'string', help: 'Number of visits of each page (default 9).' },
      device: { type: 'string', help: `Only this one: ${Object.keys(DEVICES).join(', ')}.` },
    },
  },
  process.argv.slice(2),
)
if (noBrowser) refuse(noBrowser)
const { before, now, device } = values
if (!before || !now) refuse('Give the addresses of both shops: --before and --now.')
if (device !== undefined && !Object.hasOwn(DEVICES, device)) refuse(`There is no device "${device}".`)
const rounds = numberOption(values, 'rounds', 9, 1, 100)

type Visit = {
  readonly lcp: number
  readonly fcp: number
  readonly element: string
  readonly shift: number
  /** Of the main thread, until then. */
  readonly busyMs: number
  readonly requests: number
  readonly kib: number
}

/** Reads the browser's own entries; the last candidate counts. */
const WATCH = `
  window.seen = { lcp: 0, fcp: 0, element: '', shift: 0 }
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      seen.lcp = entry.startTime
      seen.element = (entry.element?.tagName ?? 'removed') + ' ' + Math.round(entry.size) + ' px² ' + (entry.url.split('/').slice(-2).join('/'))
    }
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === 'first-contentful-paint') seen.fcp = entry.startTime
  }).observe({ type: 'paint', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })`

async function visit(browser: Browser, address: string, options: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Network.enable')
    await devtools.send('Performance.enable')
    await devtools.send('Network.emulateNetworkConditions', LINE)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
    let [requests, bytes] = [0, 0]
    devtools.on('Network.requestWillBeSent', () => {
      requests += 1
    })
    devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength
    })
    await page.addInitScript(WATCH)
    await page.goto(address, { waitUntil: 'load' })
    await page.waitForTimeout(SETTLED_MS)
    const { metrics } = await devtools.send('Performance.getMetrics')
    const busyMs = 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN)
    const seen = await page.evaluate<Pick<Visit, 'lcp' | 'fcp' | 'element' | 'shift'>>('window.seen')
    return { ...seen, busyMs, requests, kib: bytes / 1_024 }
  } finally {
    await context.close()
  }
}

/** The newest one that is no variant. */
async function productPage(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/api/products?limit=50`)
  if (!answer.ok) refuse(`${origin} does not list its products: ${answer.status}`)
  type Item = { readonly id: string; readonly slug?: string | null; readonly group_id?: string | null }
  const { items } = (await answer.json()) as { items: readonly Item[] }
  const product = items.find(({ group_id }) => !group_id)
  if (!product) refuse(`${origin} has no products.`)
  return `${origin}/products/${product.slug ?? product.id}`
}

const median = (figures: readonly number[]): number => figures.toSorted((a, b) => a - b)[figures.length >> 1]!

const addresses: Readonly<Record<string, readonly [string, string]>> = {
  home: [`${before}/`, `${now}/`],
  product: [await productPage(before), await productPage(now)],
}
const browser = await launch()
try {
  for (const [name, options] of Object.entries(DEVICES)) {
    if (device !== undefined && device !== name) continue
    for (const [page, both] of Object.entries(addresses)) {
      const visits: [Visit[], Visit[]] = [[], []]
      for (let round = 0; round < rounds; round++) {
        // The one that comes first changes, too.
        for (const side of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
          visits[side].push(await visit(browser, both[side], options))
        }
      }
      const of = (side: 0 | 1, figure: Exclude<keyof Visit, 'element'>) =>
        median(visits[side].map((each) => each[figure]))
      for (const side of [0, 1] as const) {
        console.log(
          `${page.padEnd(8)} ${name.padEnd(6)} ${['before', 'now   '][side]} LCP ${of(side, 'lcp').toFixed(0)} ms, first paint ${of(side, 'fcp').toFixed(0)} ms, ` +
            `main thread ${of(side, 'busyMs').toFixed(0)} ms, ${of(side, 'requests')} requests, ${of(side, 'kib').toFixed(0)} KiB, ` +
            `shift ${of(side, 'shift').toFixed(3)}, ${visits[side].at(-1)!.element}`,
        )
      }
      console.log(`${page.padEnd(8)} ${name.padEnd(6)} ratio ${(of(1, 'lcp') / of(0, 'lcp')).toFixed(2)}`)
    }
  }
} finally {
  await browser.close()
}
