import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fetchPublished, PUBLISHED_BYTES_MAX } from '../../src/identity/published.ts'
import {
  fetchWithdrawnTokens,
  WITHDRAWN_MAX,
  type WithdrawnList,
} from '../../src/identity/withdrawn_tokens.ts'
import { type Runtime, systemRuntime } from '../../src/runtime/runtime.ts'
import { createVirtualRuntime, untilTrue } from '../../test_support/virtual_runtime.ts'

async function publisher(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

suite('withdrawn tokens', () => {
  const listOf = (least_version: number): WithdrawnList => ({
    withdrawn: [{ user_id: 'ada', least_version }],
  })

  async function published(t: TestContext) {
    const state = { list: listOf(2), up: true, sent: 0, asked: [] as (string | undefined)[] }
    const { url } = await publisher(t, (request, response) => {
      const etag = `"${JSON.stringify(state.list).length}-${state.list.withdrawn[0]?.least_version}"`
      state.asked.push(request.headers['if-none-match'])
      if (!state.up) response.writeHead(503).end('{}')
      else if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else {
        state.sent += 1
        response.writeHead(200, { etag }).end(JSON.stringify(state.list))
      }
    })
    const follow = (cacheFile?: string, onFailure = () => {}, runtime: Runtime = systemRuntime) => {
      const withdrawn = fetchWithdrawnTokens([url], runtime, { cacheFile, onFailure })
      t.after(() => withdrawn.stop())
      return withdrawn
    }
    return { state, follow }
  }

  test('that cannot be fetched are reported once in a row, and not after a single failure', async (t) => {
    const { state, follow } = await published(t)
    let reports = 0
    const withdrawn = follow(undefined, () => void reports++)
    withdrawn.stop() // Only the looks below count.
    state.up = false
    await withdrawn.refresh()
    assert.equal(reports, 0)
    for (let i = 0; i < 3; i++) await withdrawn.refresh()
    assert.equal(reports, 1)
  })

  test('are those of a listed account below the least version, and no others', async (t) => {
    const { follow } = await published(t)
    const withdrawn = follow()
    assert.equal(withdrawn.isWithdrawn('ada', 1), false, 'before the first list')
    await withdrawn.refresh()
    assert.deepEqual(
      [withdrawn.isWithdrawn('ada', 1), withdrawn.isWithdrawn('ada', 2), withdrawn.isWithdrawn('bob', 1)],
      [true, false, false],
    )
  })

  test('are those of so many accounts and no more: of the first, which changed last', async (t) => {
    const { state, follow } = await published(t)
    const accounts = Array.from({ length: WITHDRAWN_MAX + 1 }, (_, i) => `user ${i}`)
    state.list = { withdrawn: accounts.map((user_id) => ({ user_id, least_version: 2 })) }
    const withdrawn = follow()
    await withdrawn.refresh()
    const known = [0, WITHDRAWN_MAX - 1, WITHDRAWN_MAX].map((i) => withdrawn.isWithdrawn(`user ${i}`, 1))
    assert.deepEqual(known, [true, true, false])
    assert.equal(WITHDRAWN_MAX, 10_000)
  })

  test('are looked for again by themselves, every few seconds, and only sent when they changed', async (t) => {
    const { state, follow } = await published(t)
    const runtime = createVirtualRuntime()
    const withdrawn = follow(undefined, undefined, { ...runtime, deadline: systemRuntime.deadline })
    await withdrawn.refresh()
    await withdrawn.refresh()
    const { sent } = state
    await withdrawn.refresh()
    assert.equal(state.sent, sent)
    state.list = listOf(3)
    await runtime.advance(0)
    await untilTrue(() => withdrawn.isWithdrawn('ada', 2))
    await untilTrue(() => runtime.waiting().length > 0)
    state.list = listOf(4)
    const [againMs] = runtime.waiting()
    assert.ok(againMs! >= 1_500 && againMs! <= 2_500, `${againMs}`)
    await runtime.advance(againMs!)
    await untilTrue(() => withdrawn.isWithdrawn('ada', 3))
  })

  test('stay withdrawn while the list can’t be had, also after a restart', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-withdrawn-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const { state, follow } = await published(t)
    const withdrawn = follow(join(folder, 'w.json'))
    await withdrawn.refresh()
    state.up = false
    await withdrawn.refresh()
    assert.equal(withdrawn.isWithdrawn('ada', 1), true)
    const restarted = follow(join(folder, 'w.json'))
    assert.equal(restarted.isWithdrawn('ada', 1), true)
    await restarted.refresh()
    assert.equal(restarted.isWithdrawn('ada', 1), true)
  })

  test('an invalid list changes nothing', async (t) => {
    const { state, follow } = await published(t)
    const withdrawn = follow()
    await withdrawn.refresh()
    state.list = { withdrawn: [{ user_id: 'ada', least_version: 'x' }] } as unknown as WithdrawnList
    await withdrawn.refresh()
    assert.equal(withdrawn.isWithdrawn('ada', 1), true)
  })
})

suite('published documents', () => {
  test('an answer larger than allowed is refused before it was read', async (t) => {
    let ended = false
    const { url } = await publisher(t, (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(64 * 1024)));
      }
      response.on('drain', more).on('close', () => {
        ended = true
      })
      more()
    })
    await assert.rejects(
      fetchPublished([url], systemRuntime, () => true),
      new RegExp(`more than ${PUBLISHED_BYTES_MAX} bytes`),
    )
    for (let i = 0; i < 200 && !ended; i++) await sleep(10)
    assert.ok(ended, 'the connection was let go')
  })

  test('the unread body of a failed answer occupies no connection', async (t) => {
    let closed = 0
    const { url } = await publisher(t, (_request, response) => {
      response.on('close', () => {
        closed += 1
      })
      response.writeHead(503)
      response.write('x'.repeat(1000)) // And never ends.
    })
    for (let i = 0; i < 5; i++)
      await assert.rejects(
        fetchPublished([url], systemRuntime, () => true),
        /answered 503/,
      )
    for (let i = 0; i < 100 && closed < 5; i++) await sleep(10) // Long before the deadline lets go of it.
    assert.equal(closed, 5)
  })
})
