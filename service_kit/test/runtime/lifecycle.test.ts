import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'

const START_MS = 120_000
/** Long enough that a busy machine looks in time. */
const DRAIN_MS = 2_500

type Tiny = {
  port?: number
  host?: string
  operationsHost?: string
  operationsPort?: number
  drainDelayMs?: number
  fails?: 'config' | 'other'
  internal?: boolean
}
type Message = {
  listening?: number
  internalPort?: number
  operationsPort?: number
  stoppable?: boolean
  closed?: boolean
}

suite('a service', { timeout: START_MS }, () => {
  test('announces itself only once it can be stopped without dropping anything', async (t) => {
    const { service } = start(t)
    const [announcement] = await once(service, 'message')
    assert.equal(typeof announcement.listening, 'number')
    assert.equal(announcement.internalPort, undefined)
    assert.equal(announcement.stoppable, true)
    for (const [host, status] of [
      ['ops.example', 200],
      ['example', 200],
      ['www.example', 400],
    ] as const) {
      const asked = get({ port: announcement.operationsPort, path: '/metrics', headers: { host } })
      const [answer] = await once(asked, 'response')
      answer.resume()
      assert.equal(answer.statusCode, status, `operations asked for as ${host}`)
    }
    service.kill('SIGTERM')
    assert.deepEqual(await once(service, 'exit'), [0, null])
  })

  test('leaves when the process that started it lets go of it', async (t) => {
    const { service } = start(t)
    await once(service, 'message')
    service.disconnect()
    assert.deepEqual(await once(service, 'exit'), [0, null])
  })

  test('leaves also when it is let go of before it listens', async (t) => {
    const { service, log } = start(t)
    service.disconnect()
    assert.deepEqual(await once(service, 'exit'), [0, null])
    assert.match(log(), /the process that started this one is gone/)
    assert.doesNotMatch(log(), /"level":"?(fatal|60)/)
  })

  test('says that it leaves before it does, and still answers meanwhile, on all listeners', async (t) => {
    const { service, log } = start(t, { drainDelayMs: DRAIN_MS, internal: true })
    const [message] = (await once(service, 'message')) as [Message]
    const ports = [message.listening, message.internalPort, message.operationsPort]
    assert.equal(new Set(ports).size, 3)
    const statusOf = async (port: number | undefined, path: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).status
    for (const port of ports) assert.equal(await statusOf(port, '/readyz'), 200)
    const ended = once(service, 'exit')
    service.kill('SIGTERM')
    await logged(log, '"msg":"closing"')
    for (const port of ports) {
      assert.deepEqual([await statusOf(port, '/readyz'), await statusOf(port, '/healthz')], [503, 200])
    }
    assert.deepEqual(await ended, [0, null])
    for (const port of ports) await assert.rejects(statusOf(port, '/healthz'))
    assert.match(log(), /"signal":"SIGTERM"/)
  })

  test('closes its parts only after what was under way is answered', async (t) => {
    const { service } = start(t)
    const said: Message[] = []
    service.on('message', (message: Message) => said.push(message))
    const [{ listening }] = (await once(service, 'message')) as [Message]
    const answer = fetch(`http://127.0.0.1:${listening}/slow`).then(async (slow) => {
      said.push({})
      return slow.text()
    })
    await once(service, 'message')
    const ended = once(service, 'exit')
    service.kill('SIGTERM')
    assert.equal(await answer, 'done')
    assert.deepEqual(await ended, [0, null])
    assert.deepEqual(said.at(-1)?.closed, true)
    assert.equal(said.filter(({ closed }) => closed).length, 1)
  })

  test('a connection that was promised to more requests does not keep it', async (t) => {
    const { service } = start(t)
    const [{ listening }] = (await once(service, 'message')) as [Message]
    const answer = fetch(`http://127.0.0.1:${listening}/begun`).then((begun) => begun.text())
    await once(service, 'message')
    const ended = once(service, 'exit')
    service.kill('SIGTERM')
    assert.equal(await answer, 'begun')
    // Cut off at its deadline it would end by a failure.
    assert.deepEqual(await ended, [0, null])
  })

  test('an error that nobody caught is logged, and ends it as a failure', async (t) => {
    const { service, log } = start(t)
    const [{ listening }] = (await once(service, 'message')) as [Message]
    const ended = once(service, 'exit')
    assert.equal(await (await fetch(`http://127.0.0.1:${listening}/crash`)).text(), 'soon')
    assert.deepEqual(await ended, [1, null])
    assert.match(log(), /"level":"?(fatal|60).*nobody caught it.*closing after an error nobody caught/)
  })
})

suite('a start that fails says why, and ends with 1', { timeout: START_MS }, () => {
  const endOf = async (t: TestContext, tiny: Tiny) => {
    const { service, errors } = start(t, tiny)
    assert.deepEqual(await once(service, 'exit'), [1, null])
    return errors()
  }

  test('configuration, all faults', async (t) => {
    assert.match(
      await endOf(t, { fails: 'config' }),
      /^Configuration is not usable:\n {2}- PORT must be a port\n$/,
    )
  })

  test('anything else', async (t) => {
    assert.equal(await endOf(t, { fails: 'other' }), 'Cannot start: no such luck\n')
  })

  test('a place that is not here', async (t) => {
    for (const host of ['192.0.2.1', 'nowhere.invalid']) {
      const sentence = `HOST is ${host}, which is not an address of this machine.\n`
      assert.equal(await endOf(t, { host }), sentence)
      assert.equal(await endOf(t, { operationsHost: host }), `OPS_${sentence}`)
    }
  })

  test('a port that is taken', async (t) => {
    const { service } = start(t)
    const [{ listening: port }] = (await once(service, 'message')) as [{ listening: number }]
    assert.equal(
      await endOf(t, { port }),
      `Port ${port} is already in use. Stop what uses it, or set another PORT.\n`,
    )
    assert.equal(
      await endOf(t, { operationsPort: port }),
      `Port ${port} is already in use. Stop what uses it, or set another OPS_PORT.\n`,
    )
  })
})

function start(t: TestContext, tiny: Tiny = {}) {
  const service: ChildProcess = fork(join(import.meta.dirname, '..', 'fixtures', 'tiny_service.ts'), {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, TINY: JSON.stringify(tiny) },
  })
  t.after(() => service.kill('SIGKILL'))
  return { service, log: textOf(service.stdout), errors: textOf(service.stderr) }
}

function textOf(stream: ChildProcess['stdout']): () => string {
  let text = ''
  stream!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return () => text
}

async function logged(log: () => string, words: string): Promise<void> {
  while (!log().includes(words)) await new Promise((resolve) => setTimeout(resolve, 10))
}
