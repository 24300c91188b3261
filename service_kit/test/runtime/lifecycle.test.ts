import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'

const START_MS = 120_000
const DRAIN_MS = 60_000

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
  draining?: number
  closed?: boolean
}

suite('a service', { timeout: START_MS }, () => {
  test('announces itself when it can be stopped without dropping a request', async (t) => {
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
      const request = get({ port: announcement.operationsPort, path: '/metrics', headers: { host } })
      const [answer] = await once(request, 'response')
      answer.resume()
      assert.equal(answer.statusCode, status, `operations of the host ${host}`)
    }
    service.kill('SIGTERM')
    assert.deepEqual(await once(service, 'exit'), [0, null])
  })

  test('shuts down when its parent process disconnects', async (t) => {
    const { service } = start(t)
    await once(service, 'message')
    service.disconnect()
    assert.deepEqual(await once(service, 'exit'), [0, null])
  })

  test('shuts down also when its parent process disconnects before it listens', async (t) => {
    const { service, log } = start(t)
    service.disconnect()
    assert.deepEqual(await once(service, 'exit'), [0, null])
    assert.match(log(), /the process that started this one has exited/)
    assert.doesNotMatch(log(), /"level":"?(fatal|60)/)
  })

  test('is not ready during the drain delay, and still answers, on all listeners', async (t) => {
    const { service, log } = start(t, { drainDelayMs: DRAIN_MS, internal: true })
    const [message] = (await once(service, 'message')) as [Message]
    const ports = [message.listening, message.internalPort, message.operationsPort]
    assert.equal(new Set(ports).size, 3)
    const statusOf = async (port: number | undefined, path: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).status
    for (const port of ports) assert.equal(await statusOf(port, '/readyz'), 200)
    const exit = once(service, 'exit')
    service.kill('SIGTERM')
    const [{ draining }] = (await once(service, 'message')) as [Message]
    assert.equal(draining, DRAIN_MS)
    for (const port of ports) {
      assert.deepEqual([await statusOf(port, '/readyz'), await statusOf(port, '/healthz')], [503, 200])
    }
    service.send('end of the delay')
    assert.deepEqual(await exit, [0, null])
    for (const port of ports) await assert.rejects(statusOf(port, '/healthz'))
    assert.match(log(), /"signal":"SIGTERM"/)
  })

  test('closes its parts only after running requests are answered', async (t) => {
    const { service } = start(t)
    const messages: Message[] = []
    service.on('message', (message: Message) => messages.push(message))
    const [{ listening }] = (await once(service, 'message')) as [Message]
    const answer = fetch(`http://127.0.0.1:${listening}/slow`).then(async (slow) => {
      messages.push({})
      return slow.text()
    })
    await once(service, 'message')
    const exit = once(service, 'exit')
    service.kill('SIGTERM')
    assert.equal(await answer, 'done')
    assert.deepEqual(await exit, [0, null])
    assert.deepEqual(messages.at(-1)?.closed, true)
    assert.equal(messages.filter(({ closed }) => closed).length, 1)
  })

  test('a keep-alive connection that becomes idle later does not delay the shutdown', async (t) => {
    const { service } = start(t)
    const [{ listening }] = (await once(service, 'message')) as [Message]
    const answer = fetch(`http://127.0.0.1:${listening}/begun`).then((begun) => begun.text())
    await once(service, 'message')
    const exit = once(service, 'exit')
    service.kill('SIGTERM')
    assert.equal(await answer, 'begun')
    // At the deadline the exit code would be 1.
    assert.deepEqual(await exit, [0, null])
  })

  test('an uncaught error is logged, and the exit code is 1', async (t) => {
    const { service, log } = start(t)
    const [{ listening }] = (await once(service, 'message')) as [Message]
    const exit = once(service, 'exit')
    assert.equal(await (await fetch(`http://127.0.0.1:${listening}/crash`)).text(), 'soon')
    assert.deepEqual(await exit, [1, null])
    assert.match(log(), /"level":"?(fatal|60).*not caught.*closing after an uncaught error/)
  })
})

suite('a start that fails prints the reason, and exits with 1', { timeout: START_MS }, () => {
  const endOf = async (t: TestContext, tiny: Tiny) => {
    const { service, errors } = start(t, tiny)
    assert.deepEqual(await once(service, 'exit'), [1, null])
    return errors()
  }

  test('wrong configuration: all faults', async (t) => {
    assert.match(
      await endOf(t, { fails: 'config' }),
      /^Configuration is not usable:\n {2}- PORT must be a port\n$/,
    )
  })

  test('any other error', async (t) => {
    assert.equal(await endOf(t, { fails: 'other' }), 'Cannot start: no such luck\n')
  })

  test('an address of another machine', async (t) => {
    for (const host of ['192.0.2.1', 'nowhere.invalid']) {
      const sentence = `HOST is ${host}, which is not an address of this machine.\n`
      assert.equal(await endOf(t, { host }), sentence)
      assert.equal(await endOf(t, { operationsHost: host }), `OPS_${sentence}`)
    }
  })

  test('a port in use', async (t) => {
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
