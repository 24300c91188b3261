import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'

const START_MS = 90_000
/** Long enough for the two slow requests within it to begin, on a busy machine too. */
const DRAIN_MS = 3_000

suite('a service', { timeout: START_MS }, () => {
  test('announces itself only once it can be stopped without dropping anything', async (t) => {
    const service = start(t)
    const [announcement] = await once(service, 'message')
    assert.equal(typeof announcement.listening, 'number')
    assert.equal(announcement.stoppable, true)
    service.kill('SIGTERM')
    assert.deepEqual(await once(service, 'exit'), [0, null])
  })

  test('that is told to end says so first, still takes what balancers send, finishes it, and closes last', async (t) => {
    const service = start(t, { DRAIN_DELAY_MS: String(DRAIN_MS) })
    const messages: string[] = []
    service.on('message', (message: object) => messages.push(...Object.keys(message)))
    const [{ listening }] = await once(service, 'message')
    const get = (path: string) => fetch(`http://127.0.0.1:${listening}${path}`)
    assert.equal((await get('/readyz')).status, 200)
    service.kill('SIGTERM')
    const exit = once(service, 'exit')
    // Balancers ask a few times before they believe it.
    const deadline = performance.now() + DRAIN_MS
    let status = 200
    while (status === 200 && performance.now() < deadline) status = (await get('/readyz')).status
    assert.equal(status, 503, 'it drains, and says so')
    const late = await get('/slow')
    assert.deepEqual([late.status, await late.json()], [200, { done: true }], 'drained means served')
    const under = get('/slow')
    await once(service, 'message')
    assert.equal(
      (await under).status,
      200,
      'what was begun is finished, also when the listener closes meanwhile',
    )
    assert.deepEqual(await exit, [0, null])
    assert.deepEqual(messages.slice(-2), ['begun', 'closed'])
  })

  test('leaves when the process that started it lets go of it', async (t) => {
    const service = start(t)
    await once(service, 'message')
    service.disconnect()
    assert.deepEqual(await once(service, 'exit'), [0, null])
  })
})

function start(t: TestContext, env: Record<string, string> = {}): ChildProcess {
  const service = fork(join(import.meta.dirname, 'fixtures', 'tiny_service.ts'), {
    execArgv: [],
    env: { ...process.env, ...env },
  })
  t.after(() => service.kill('SIGKILL'))
  return service
}
