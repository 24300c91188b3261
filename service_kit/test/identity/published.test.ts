import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import {
  fetchPublished,
  PUBLISHED_BYTES_MAX,
  readCache,
  refreshRepeatedly,
  writeCache,
} from '../../src/identity/published.ts'
import { fetchRemoteKeys } from '../../src/identity/remote_keys.ts'
import { fetchWithdrawnTokens } from '../../src/identity/withdrawn_tokens.ts'
import { nextTurn, type Runtime, systemRuntime } from '../../src/runtime/runtime.ts'
import { serve } from '../../test_support/http_server.ts'
import { createVirtualRuntime, untilTrue, withoutDeadlines } from '../../test_support/virtual_runtime.ts'

/** Its deadlines never pass. */
const timeless = createVirtualRuntime()
const isList = (value: unknown) => Array.isArray(value)

suite('a published document', () => {
  test('is taken from the first publisher that has it, with its ETag', async (t) => {
    const asked: string[] = []
    const from = (name: string, status: number, body: string) =>
      serve(t, (_request, response) => {
        asked.push(name)
        response.writeHead(status, status === 200 ? { etag: '"1"' } : {}).end(body)
      })
    const urls = [
      await from('away', 503, '[]'),
      await from('something else', 200, '{}'),
      await from('no JSON', 200, '['),
      await from('good', 200, '[1]'),
      await from('not asked', 200, '[2]'),
    ]
    assert.deepEqual(await fetchPublished(urls, timeless, isList), { value: [1], etag: '"1"' })
    assert.deepEqual(asked, ['away', 'something else', 'no JSON', 'good'])
    await assert.rejects(fetchPublished(urls.slice(0, 2), timeless, isList), /answered with something else$/)
    await assert.rejects(fetchPublished(urls.slice(0, 1), timeless, isList), /answered 503$/)
  })

  test('that has not changed is not sent again', async (t) => {
    const seen: unknown[] = []
    const url = await serve(t, (request, response) => {
      seen.push(request.headers['if-none-match'])
      if (seen.length === 1) response.end('[]')
      else response.writeHead(304).end()
    })
    assert.deepEqual(await fetchPublished([url], timeless, isList), { value: [], etag: undefined })
    assert.equal(await fetchPublished([url], timeless, isList, '"1"'), undefined)
    assert.deepEqual(seen, [undefined, '"1"'])
  })

  test('a failure carries Retry-After; a redirection is not followed', async (t) => {
    const away = await serve(t, (_request, response) => response.writeHead(503, { 'retry-after': '3' }).end())
    await assert.rejects(fetchPublished([away], timeless, isList), { retryAfterMs: 3_000 })
    const moved = await serve(t, (_request, response) =>
      response.writeHead(302, { location: '/there' }).end(),
    )
    await assert.rejects(fetchPublished([moved], timeless, isList))
  })

  test('is requested from the next publisher after two seconds without an answer', async (t) => {
    const asked = Promise.withResolvers<void>()
    const hangs = await serve(t, () => asked.resolve())
    const runtime = createVirtualRuntime()
    const good = await serve(t, (_request, response) => response.end('["é"]'))
    const answer = fetchPublished([hangs, good], runtime, isList)
    await asked.promise
    assert.deepEqual(runtime.waiting(), [2_000])
    await runtime.advance(2_000)
    assert.deepEqual((await answer)?.value, ['é'])
  })

  test(`of more than ${PUBLISHED_BYTES_MAX} bytes is refused before it is complete`, async (t) => {
    let sent = 0
    let closed = false
    const url = await serve(t, (_request, response) => {
      const sendMore = () => {
        while (!response.destroyed && sent < 4 * PUBLISHED_BYTES_MAX) {
          const chunk = ' '.repeat(64 * 1024)
          sent += chunk.length
          if (!response.write(chunk)) return
        }
        response.end()
      }
      response.on('drain', sendMore).on('close', () => {
        closed = true
      })
      sendMore()
    })
    await assert.rejects(
      fetchPublished([url], timeless, () => true),
      new RegExp(`more than ${PUBLISHED_BYTES_MAX} bytes`),
    )
    await untilTrue(() => closed)
    assert.ok(sent < 4 * PUBLISHED_BYTES_MAX, 'the rest was not sent')
  })

  test('leaves no connection open when an answer fails, although its body never ends', async (t) => {
    // Otherwise a garbage collection closes the connections of unread answers.
    const answers: Response[] = []
    const { fetch } = globalThis
    t.mock.method(globalThis, 'fetch', async (...request: Parameters<typeof fetch>) => {
      const answer = await fetch(...request)
      answers.push(answer)
      return answer
    })
    let closed = 0
    const url = await serve(t, (_request, response) => {
      response.on('close', () => {
        closed += 1
      })
      response.writeHead(503)
      response.write('x'.repeat(1000))
    })
    for (let i = 0; i < 5; i++)
      await assert.rejects(
        fetchPublished([url], timeless, () => true),
        /answered 503/,
      )
    assert.equal(answers.length, 5)
    for (const { body } of answers) {
      const cancelled = body!.getReader().closed.then(() => true)
      assert.ok(await Promise.race([cancelled, nextTurn(systemRuntime)]), 'the body is cancelled')
    }
    await untilTrue(() => closed === 5)
  })
})

suite('a cache file', () => {
  test('is readable by its owner alone, written as a whole, and read only if it is valid', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-cache-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'cached.json')
    assert.equal(readCache(file, isList), undefined)
    writeCache(file, '[1]')
    assert.deepEqual(readCache(file, isList), [1])
    assert.equal(statSync(file).mode & 0o777, 0o600)
    writeCache(file, '[2]')
    assert.deepEqual([readdirSync(folder), readFileSync(file, 'utf8')], [['cached.json'], '[2]'])
    for (const text of ['{}', '[', '']) {
      writeFileSync(file, text)
      assert.equal(readCache(file, isList), undefined, text)
    }
    writeCache(join(folder, 'no', 'such', 'folder'), '[]') // A failure to write throws nothing.
    mkdirSync(join(folder, 'in the way', 'of'), { recursive: true })
    writeCache(join(folder, 'in the way'), '[]')
    writeCache(join(file, 'below a file'), '[]')
    assert.deepEqual(readdirSync(folder), ['cached.json', 'in the way'], 'no temporary file is left')
  })
})

suite('pauses between fetches', () => {
  /** The pauses before each of the first `count` fetches after the first one. */
  async function pauses(
    chance: number,
    count: number,
    follow: (runtime: Runtime) => { stop(): void },
  ): Promise<number[]> {
    const delays: number[] = []
    const enough = Promise.withResolvers<void>()
    const after: Runtime['after'] = (ms, run) => {
      delays.push(ms)
      if (delays.length > count) enough.resolve()
      return systemRuntime.after(0, delays.length > count ? () => {} : run)
    }
    const followed = follow({ ...withoutDeadlines(systemRuntime), random: () => chance, after })
    await enough.promise
    followed.stop()
    return delays.slice(1)
  }

  for (const [random, good, bad] of [
    [0, [1_500, 1_500], [1_000, 1_000, 1_000]],
    [1, [2_500, 2_500], [3_000, 5_000, 9_000]],
  ] as const) {
    test(`of withdrawn tokens: about two seconds, longer after each failure (random: ${random})`, async (t) => {
      let status = 200
      const url = await serve(t, (_request, response) => response.writeHead(status).end('{"withdrawn":[]}'))
      const follow = (runtime: Runtime) => fetchWithdrawnTokens([url], runtime)
      assert.deepEqual(await pauses(random, 2, follow), good)
      status = 503
      const failing = await pauses(random, 3, follow)
      assert.deepEqual(failing, bad)
    })
  }

  for (const [random, good] of [
    [0, 300_000],
    [1, 225_000],
  ] as const) {
    test(`of keys: at most five minutes, short after a failure (random: ${random})`, async (t) => {
      let status = 200
      const url = await serve(t, (_request, response) => response.writeHead(status).end('{"keys":[]}'))
      assert.deepEqual(await pauses(random, 1, (runtime) => fetchRemoteKeys(url, runtime)), [good])
      status = 503
      const failing = await pauses(random, 2, (runtime) => fetchRemoteKeys(url, runtime))
      assert.deepEqual(failing, random === 0 ? [0, 0] : [500, 1_000])
    })
  }
})

suite('refreshRepeatedly', () => {
  const REFRESH_MS = 1_000

  test('fetches at once, and again after a pause that begins at the end of each fetch', async () => {
    const runtime = createVirtualRuntime()
    let fetches = 0
    refreshRepeatedly(
      runtime,
      async () => void fetches++,
      () => REFRESH_MS,
    )
    await runtime.advance(0)
    assert.equal(fetches, 1)
    await runtime.advance(REFRESH_MS - 1)
    assert.equal(fetches, 1)
    await runtime.advance(1)
    assert.equal(fetches, 2)
  })

  test('does not fetch again if it was stopped during a fetch', async () => {
    const runtime = createVirtualRuntime()
    const answered = Promise.withResolvers<void>()
    let fetches = 0
    const fetchOnce = () => {
      fetches++
      return answered.promise
    }
    const stop = refreshRepeatedly(runtime, fetchOnce, () => REFRESH_MS)
    await runtime.advance(0)
    stop()
    answered.resolve()
    await runtime.advance(10 * REFRESH_MS)
    assert.deepEqual({ fetches, waiting: runtime.waiting() }, { fetches: 1, waiting: [] })
  })
})
