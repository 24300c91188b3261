/** Every limit of what the gateway reads and keeps for pages, the sitemap and the feed: each test fails without its limit. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { DEFAULT_SETTINGS } from '@shop/product_service/domain/shop_settings'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import type { Answer, Call } from '../../src/clients/failover.ts'
import { ATTEMPTS_MAX, CALL_MS, createAllProducts, GROUPS_KEPT_MAX } from '../../src/pages/all_products.ts'
import * as reading from '../../src/pages/catalogue_reader.ts'
import { CATEGORIES_SENT_MAX, productPage } from '../../src/pages/content.ts'
import * as serving from '../../src/pages/served_pages.ts'
import * as sitemap from '../../src/pages/sitemap.ts'

type Reply = { status?: number; body: unknown; etag?: string }

/** A service that answers by path, and counts. Without an answer it hangs until the call is given up. */
function service(reply: (path: string, from: unknown) => Reply | undefined) {
  const asked: string[] = []
  const call = (sent: Call): Promise<Answer> => {
    asked.push(sent.path)
    const found = reply(sent.path, sent.headers['x-forwarded-for'])
    if (!found)
      return new Promise((_, reject) =>
        sent.signal?.addEventListener('abort', () => reject(sent.signal?.reason), { once: true }),
      )
    const { status = 200, body, etag } = found
    return Promise.resolve({
      status,
      headers: etag === undefined ? {} : { etag },
      body: Readable.from([JSON.stringify(body)]),
    } as unknown as Answer)
  }
  return { asked, call }
}
const failing = (work: Promise<unknown>) =>
  work.then(
    () => 'answered',
    () => 'failed',
  )

test('a page of a product carries so many categories; of more it carries none, and the app reads them', async () => {
  const sentOf = async (count: number) => {
    const items = Array.from({ length: count }, (_, i) => ({ id: `${i}`, path: [`${i}`], name: `${i}` }))
    const bodies: Readonly<Record<string, unknown>> = {
      '/slugs/tea': { kind: 'product', id: '7', slug: 'tea' },
      '/products/7': { id: '7', categories: ['0'] },
      '/categories': { items },
    }
    const find = async (path: string) => ({ status: 200, tag: '', body: bodies[path] }) as reading.Found
    const page = await productPage(find, 'tea', new URLSearchParams())
    return page?.status === 200 && page.answers.some(({ path }) => path === '/categories')
  }
  assert.equal(CATEGORIES_SENT_MAX, 200)
  assert.deepEqual([await sentOf(CATEGORIES_SENT_MAX), await sentOf(CATEGORIES_SENT_MAX + 1)], [true, false])
})

suite('the reader of the catalogue', () => {
  const filled = async (bodies: readonly unknown[]) => {
    const runtime = createVirtualRuntime()
    const products = service((path) => ({ body: bodies[Number(path.slice(1))] ?? null }))
    const reader = reading.createCatalogueReader(products, runtime)
    for (let i = 0; i < bodies.length; i += 1) await reader.read(`/${i}`, '')
    const isKept = async (path: string) => {
      const before = products.asked.length
      await reader.read(path, '')
      return products.asked.length === before
    }
    return { runtime, isKept }
  }

  test('asks once for all, and once more for those who waited for a visitor whose call fails (3)', async () => {
    const products = service((_path, from) => (from === 'busy' ? { status: 503, body: null } : { body: 1 }))
    const reader = reading.createCatalogueReader(products, createVirtualRuntime())
    const read = (from: string) => failing(reader.read('/', from))
    const answers = await Promise.all(['busy', 'busy', 'one', 'other'].map(read))
    assert.deepEqual(answers, ['failed', 'failed', 'answered', 'answered'])
    assert.equal(products.asked.length, 2)
  })

  test('keeps so many answers, and drops those unused the longest (4)', async () => {
    const { isKept } = await filled(Array.from({ length: reading.KEPT_MAX + 1 }, () => 'x'))
    assert.equal(await isKept('/1'), true)
    assert.equal(await isKept('/0'), false)
  })

  test('keeps so many characters (4)', async () => {
    const half = 'x'.repeat(reading.KEPT_CHARACTERS_MAX / 2)
    const { isKept } = await filled([half, half])
    assert.equal(await isKept('/1'), true)
    assert.equal(await isKept('/0'), false)
  })

  test('asks again after a while (1)', async () => {
    const { runtime, isKept } = await filled(['x'])
    await runtime.advance(reading.NOW_MS - 1)
    assert.equal(await isKept('/0'), true)
    await runtime.advance(1)
    assert.equal(await isKept('/0'), false)
  })

  test('gives up a call that hangs (3)', async () => {
    const runtime = createVirtualRuntime()
    const reader = reading.createCatalogueReader(
      service(() => undefined),
      runtime,
    )
    const asked = failing(reader.read('/0', ''))
    await runtime.advance(reading.READ_MS)
    assert.equal(await asked, 'failed')
  })
})

suite('the walk over all products', () => {
  const product = (id: number, group: number) => ({ id: `${id}`, group_id: `${group}` })

  test('asks again for a page that fails, a few times', async () => {
    const runtime = createVirtualRuntime()
    const products = service(() => ({ status: 500, body: {} }))
    const asked = failing(
      createAllProducts(products, runtime).read('/products', new AbortController().signal),
    )
    await runtime.advance(60_000)
    assert.equal(await asked, 'failed')
    assert.equal(products.asked.length, ATTEMPTS_MAX)
  })

  test('gives up a call that hangs, and asks again', async () => {
    const runtime = createVirtualRuntime()
    const products = service(() => undefined)
    void failing(createAllProducts(products, runtime).read('/products', new AbortController().signal))
    await runtime.advance(CALL_MS - 1)
    assert.equal(products.asked.length, 1)
    await runtime.advance(CALL_MS)
    assert.equal(products.asked.length, 2)
  })

  test('keeps so many groups', async () => {
    const ids = [...Array.from({ length: GROUPS_KEPT_MAX + 1 }, (_, i) => i), GROUPS_KEPT_MAX, 0]
    const products = service((path) =>
      path.startsWith('/products')
        ? { body: { items: ids.map((group, i) => product(i, group)), next_cursor: null } }
        : { body: { id: path.slice('/groups/'.length) } },
    )
    const all = createAllProducts(products, createVirtualRuntime())
    let count = 0
    for await (const _ of all.walk(new AbortController().signal)) count += 1
    const times = (group: number) => products.asked.filter((path) => path === `/groups/${group}`).length
    assert.deepEqual([count, times(GROUPS_KEPT_MAX), times(0)], [ids.length, 1, 2])
  })
})

suite('the sitemap', () => {
  const places = (count: number) => ({
    async *walk() {
      for (let i = 0; i < count; i += 1)
        yield { product: { id: `${i}`, slug: null, updated_at: '2026-01-01' }, group: undefined } as never
    },
    async read() {
      return undefined
    },
  })

  test('has so many parts of so many addresses (2)', async () => {
    assert.deepEqual([sitemap.PART_URLS_MAX, sitemap.PARTS_MAX], [10_000, 100])
    const made = sitemap.createSitemap(places(100), 'https://x', createVirtualRuntime(), {
      partUrlsMax: 7,
      partsMax: 3,
    })
    assert.equal((await made.index()).match(/<sitemap>/g)!.length, 3)
    assert.equal(
      gunzipSync((await made.part(3))!)
        .toString()
        .match(/<url>/g)!.length,
      7,
    )
    assert.equal(await made.part(4), undefined)
  })

  const hanging = () => {
    const runtime = createVirtualRuntime()
    const seen = { begun: 0, ended: 0 }
    const made = sitemap.createSitemap(
      {
        async *walk(signal) {
          seen.begun += 1
          await new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
          ).finally(() => (seen.ended += 1))
        },
        async read() {
          return undefined
        },
      },
      'https://x',
      runtime,
    )
    return { runtime, made, seen }
  }

  test('the first request waits for so long, and it is made once (2, 3)', async () => {
    const { runtime, made, seen } = hanging()
    const asked = Promise.all([failing(made.index()), failing(made.part(1))])
    await runtime.advance(sitemap.FIRST_WAIT_MS)
    assert.deepEqual(await asked, ['failed', 'failed'])
    assert.deepEqual(seen, { begun: 1, ended: 0 })
  })

  test('making it ends after so long, and when the process ends', async () => {
    const { runtime, made, seen } = hanging()
    void failing(made.index())
    await runtime.advance(sitemap.MAKING_MS)
    assert.deepEqual(seen, { begun: 1, ended: 1 })
    void failing(made.index())
    await runtime.advance(0)
    made.close()
    await runtime.advance(0)
    assert.deepEqual(seen, { begun: 2, ended: 2 })
  })

  test('is made again after so long (2)', async () => {
    const runtime = createVirtualRuntime()
    let walks = 0
    const made = sitemap.createSitemap(
      {
        // biome-ignore lint/correctness/useYield: there is nothing
        async *walk() {
          walks += 1
        },
        async read() {
          return undefined
        },
      },
      'https://x',
      runtime,
    )
    await made.index()
    await runtime.advance(sitemap.MADE_AGAIN_MS - 1)
    await made.index()
    assert.equal(walks, 1)
    await runtime.advance(1)
    await made.index()
    await runtime.advance(0)
    assert.equal(walks, 2)
  })
})

suite('pages', () => {
  const SHOP = { ...DEFAULT_SETTINGS, version: 1, updated_at: null }
  const EMPTY = { body: { items: [], next_cursor: null }, status: 200, tag: 'list' }
  const world = (answer: (path: string) => Promise<reading.Found>) => {
    const runtime = createVirtualRuntime()
    const read: string[] = []
    const seen = { filled: 0 }
    const find = (path: string) => {
      read.push(path)
      return path === '/shop' ? Promise.resolve({ status: 200, body: SHOP, tag: 'shop' }) : answer(path)
    }
    const pages = serving.createServedPages(
      { read: find, readOrKnown: find },
      () => {
        seen.filled += 1
        return 'x'.repeat(size)
      },
      runtime,
    )
    let size = 10
    const ask = (search = '', address = '') =>
      pages({
        ...{ path: '/', query: new URLSearchParams(search), origin: 'https://x', address },
        languageOf: () => 'en',
      })
    return { runtime, read, seen, ask, fillWith: (characters: number) => (size = characters) }
  }
  const hangs = () => new Promise<never>(() => {})

  test('that take too long for one visitor are made for others, until it is too long for two (1)', async () => {
    const { runtime, ask, read } = world(hangs)
    const isBegun = (address: string) => {
      const before = read.length
      void ask('', address)
      return read.length > before
    }
    assert.equal(isBegun('busy'), true)
    await runtime.advance(serving.BUDGET_MS / 2)
    assert.equal(isBegun('second'), true)
    await runtime.advance(serving.BUDGET_MS / 2)
    assert.deepEqual(['busy', 'another'].map(isBegun), [false, true])
    await runtime.advance(serving.BUDGET_MS / 2)
    assert.deepEqual(['second', 'another'].map(isBegun), [false, false])
  })

  test('take so long, and then none is made for a while (1)', async () => {
    const { runtime, ask, read } = world(hangs)
    const asked = ask()
    await runtime.advance(serving.BUDGET_MS)
    assert.equal(await asked, undefined)
    const before = read.length
    assert.equal(await ask(), undefined)
    await runtime.advance(serving.REST_MS - 1)
    assert.equal(await ask(), undefined)
    assert.equal(read.length, before)
    await runtime.advance(1)
    void ask()
    assert.ok(read.length > before)
  })

  test('a quick failure is no reason to rest', async () => {
    const { ask, read } = world(() => Promise.reject(new Error('refused')))
    await ask()
    const before = read.length
    await ask()
    assert.ok(read.length > before)
  })

  test('so many are being made at a time (1)', async () => {
    const { ask, read } = world(hangs)
    for (let i = 0; i < serving.AT_ONCE_MAX; i += 1) void ask(`q=${i}`)
    const before = read.length
    assert.equal(await ask('q=more'), undefined)
    assert.equal(read.length, before)
  })

  test('so many are kept, and the oldest are made again (2)', async () => {
    const { ask, seen } = world(async () => EMPTY)
    for (let i = 0; i <= serving.KEPT_MAX; i += 1) await ask(`q=${i}`)
    assert.equal(seen.filled, serving.KEPT_MAX + 1)
    await ask('q=1')
    assert.equal(seen.filled, serving.KEPT_MAX + 1)
    await ask('q=0')
    assert.equal(seen.filled, serving.KEPT_MAX + 2)
  })

  test('so many characters are kept (2)', async () => {
    const { ask, seen, fillWith } = world(async () => EMPTY)
    fillWith(serving.KEPT_CHARACTERS_MAX / 2 + 1)
    for (const query of ['q=0', 'q=1', 'q=1', 'q=0']) await ask(query)
    assert.equal(seen.filled, 3)
  })
})
