import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import {
  fetchWithdrawnTokens,
  WITHDRAWN_MAX,
  type WithdrawnList,
} from '../../src/identity/withdrawn_tokens.ts'
import type { Runtime } from '../../src/runtime/runtime.ts'
import { serve } from '../../test_support/http_server.ts'
import { createVirtualRuntime, untilTrue, withoutDeadlines } from '../../test_support/virtual_runtime.ts'

suite('withdrawn tokens', () => {
  const listOf = (least_version: number): WithdrawnList => ({
    withdrawn: [{ user_id: 'ada', least_version }],
  })

  /** No time passes for `follow`, unless a test passes its own runtime: the list is fetched only by `refresh`. */
  async function published(t: TestContext) {
    const state = { list: listOf(2), up: true, sent: 0 }
    const url = await serve(t, (request, response) => {
      const etag = `"${JSON.stringify(state.list).length}-${state.list.withdrawn[0]?.least_version}"`
      if (!state.up) response.writeHead(503).end('{}')
      else if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else {
        state.sent += 1
        response.writeHead(200, { etag }).end(JSON.stringify(state.list))
      }
    })
    const follow = (cacheFile?: string, onFailure = () => {}, runtime: Runtime = createVirtualRuntime()) => {
      const withdrawn = fetchWithdrawnTokens([url], runtime, { cacheFile, onFailure })
      t.after(() => withdrawn.stop())
      return withdrawn
    }
    return { state, follow }
  }

  test('a single failed fetch is not reported, and several in a row are reported once', async (t) => {
    const { state, follow } = await published(t)
    let reports = 0
    const withdrawn = follow(undefined, () => void reports++)
    state.up = false
    await withdrawn.refresh()
    assert.equal(reports, 0)
    for (let i = 0; i < 3; i++) await withdrawn.refresh()
    assert.equal(reports, 1)
  })

  test('only tokens of a listed account below its least version are withdrawn', async (t) => {
    const { follow } = await published(t)
    const withdrawn = follow()
    assert.equal(withdrawn.isWithdrawn('ada', 1), false, 'before the first list')
    await withdrawn.refresh()
    assert.deepEqual(
      [withdrawn.isWithdrawn('ada', 1), withdrawn.isWithdrawn('ada', 2), withdrawn.isWithdrawn('bob', 1)],
      [true, false, false],
    )
  })

  test(`only the first ${WITHDRAWN_MAX} accounts of the list count`, async (t) => {
    const { state, follow } = await published(t)
    const accounts = Array.from({ length: WITHDRAWN_MAX + 1 }, (_, i) => `user ${i}`)
    state.list = { withdrawn: accounts.map((user_id) => ({ user_id, least_version: 2 })) }
    const withdrawn = follow()
    await withdrawn.refresh()
    const known = [0, WITHDRAWN_MAX - 1, WITHDRAWN_MAX].map((i) => withdrawn.isWithdrawn(`user ${i}`, 1))
    assert.deepEqual(known, [true, true, false])
    assert.equal(WITHDRAWN_MAX, 10_000)
  })

  test('the list is fetched again every few seconds, and sent only if it changed', async (t) => {
    const { state, follow } = await published(t)
    const runtime = createVirtualRuntime()
    const withdrawn = follow(undefined, undefined, withoutDeadlines(runtime))
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

  test('the last list is used while it cannot be fetched, also after a restart', async (t) => {
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
