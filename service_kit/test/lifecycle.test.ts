import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'

const START_MS = 30_000

suite('a service', { timeout: START_MS }, () => {
  test('announces itself only once it can be stopped without dropping anything', async (t) => {
    const service = start(t)
    const [announcement] = await once(service, 'message')
    assert.equal(typeof announcement.listening, 'number')
    assert.equal(announcement.stoppable, true)
    service.kill('SIGTERM')
    assert.deepEqual(await once(service, 'exit'), [0, null])
  })

  test('leaves when the process that started it lets go of it', async (t) => {
    const service = start(t)
    await once(service, 'message')
    service.disconnect()
    assert.deepEqual(await once(service, 'exit'), [0, null])
  })
})

function start(t: TestContext): ChildProcess {
  const service = fork(join(import.meta.dirname, 'fixtures', 'tiny_service.ts'), { execArgv: [] })
  t.after(() => service.kill('SIGKILL'))
  return service
}
