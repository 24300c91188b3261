/** Failed queries are fetched again, with the real cache of the pages and answers of the test. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { ShopProblem } from '@shop/client/problem'
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { createRefetcher } from '../../web/src/api/refetch.ts'

const KEY = ['products', 'list']
const AWAY = new ShopProblem('timed_out', 'No answer.', { retryable: true })
const GONE = new ShopProblem('product_not_found', 'There is none.', { status: 404 })

/** A page that shows one query; its n-th answer is `answer(n)`. Pauses have their full length. */
function shown(t: TestContext, answer: (n: number) => string, options: { isVisible?: () => boolean } = {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } })
  queries.mount()
  const refetcher = createRefetcher(queries, {
    backoff: { firstMs: 100, maxMs: 400 },
    random: () => 1,
    ...options,
  })
  let asked = 0
  const observer = new QueryObserver(queries, {
    queryKey: KEY,
    queryFn: async () => answer(++asked),
  })
  const leave = observer.subscribe(() => {})
  t.after(() => {
    leave()
    queries.clear()
  })
  return {
    refetcher,
    leave,
    asked: () => asked,
    data: () => queries.getQueryData(KEY),
    /** Advances the clock, and runs everything that is due. */
    async pass(ms: number) {
      t.mock.timers.tick(ms)
      for (let i = 0; i < 20; i += 1) {
        await Promise.resolve()
        t.mock.timers.tick(0)
      }
    },
  }
}

const failing =
  (times: number, error: Error = AWAY) =>
  (n: number) => {
    if (n <= times) throw error
    return `answer ${n}`
  }

suite('a failed query', () => {
  test('is fetched again after pauses that grow to a limit, until it succeeds', async (t) => {
    const page = shown(t, failing(5))
    await page.pass(0)
    const counts = []
    for (const ms of [99, 1, 199, 1, 399, 1, 399, 1, 400, 10_000]) {
      await page.pass(ms)
      counts.push(page.asked())
    }
    assert.deepEqual(counts, [1, 2, 2, 3, 3, 4, 4, 5, 6, 6])
    assert.equal(page.data(), 'answer 6')
  })

  test('keeps its error during the next fetch, until it succeeds', async (t) => {
    const page = shown(t, failing(1))
    await page.pass(0)
    assert.equal(page.refetcher.failureOf(KEY), AWAY)
    await page.pass(100)
    assert.equal(page.refetcher.failureOf(KEY), undefined)
  })

  test('is not fetched again when it was rejected', async (t) => {
    const page = shown(t, failing(99, GONE))
    await page.pass(0)
    await page.pass(100_000)
    page.refetcher.refetchNow()
    await page.pass(0)
    assert.equal(page.asked(), 1)
    assert.equal(page.refetcher.failureOf(KEY), GONE)
  })

  test('is fetched at once when the visitor or the connection is back, and once for both', async (t) => {
    const page = shown(t, failing(1))
    await page.pass(0)
    page.refetcher.refetchNow()
    page.refetcher.refetchNow()
    await page.pass(0)
    assert.equal(page.asked(), 2)
    assert.equal(page.data(), 'answer 2')
  })

  test('waits as long as Retry-After says', async (t) => {
    const busy = new ShopProblem('overloaded', 'Busy.', { status: 503, retryable: true, retryAfterMs: 5_000 })
    const page = shown(t, failing(1, busy))
    await page.pass(0)
    await page.pass(5_099)
    assert.equal(page.asked(), 1)
    await page.pass(1)
    assert.equal(page.asked(), 2)
  })

  test('is not fetched when no page shows it any more, and its error is forgotten', async (t) => {
    const left = shown(t, failing(9))
    await left.pass(0)
    left.leave()
    await left.pass(100_000)
    assert.equal(left.asked(), 1)
    assert.equal(left.refetcher.failureOf(KEY), undefined)
  })

  test('is not fetched while the window is hidden', async (t) => {
    let isVisible = false
    const page = shown(t, failing(1), { isVisible: () => isVisible })
    await page.pass(0)
    await page.pass(100_000)
    assert.equal(page.asked(), 1)
    isVisible = true
    page.refetcher.refetchNow()
    await page.pass(0)
    assert.equal(page.data(), 'answer 2')
  })
})
