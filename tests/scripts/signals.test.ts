/**
 * Shutdown by signals: an order whose request has begun is finished and answered first (invariant 3), whatever sends
 * the signals, and however many. Only a second Ctrl-C at the terminal ends the shop at once.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  gone,
  newWorld,
  READY,
  type Run,
  runInTerminal,
  runMjs,
  runNpmStart,
  runScript,
  type World,
} from './running.ts'

/** Longer than the time between the signals of one Ctrl-C, and than a wrapper takes to repeat a signal. */
const LATER_MS = 1_500

type Order = { readonly status: string; readonly lines: readonly unknown[] }

/** An order of which half was sent. `finish` sends the rest and resolves to the answer. */
async function beginOrder(t: TestContext, { ports, env }: World): Promise<{ finish(): Promise<Order> }> {
  const call = async (port: number, path: string, body: unknown, token = 'none') => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    assert.ok(answer.ok, await answer.clone().text())
    return (await answer.json()) as Record<string, string>
  }
  const admin = JSON.parse(readFileSync(join(env.DATA_DIR!, 'admin.json'), 'utf8'))
  const { access_token: token } = await call(ports.auth, '/login', admin)
  const mug = { name: 'Mug', description: 'For tea.', price: '5.00', stock: 3 }
  const { id } = await call(ports.product, '/products', mug, token)

  const body = JSON.stringify({ product_id: id, quantity: 1, total_price: '5.00' })
  const head = [
    'POST /orders HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `content-length: ${body.length}`,
    `authorization: Bearer ${token}`,
    'expect: 100-continue',
  ]
  const socket = connect(ports.order, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 20)}`)
  // The service has read the beginning.
  const [begun] = (await once(socket.setEncoding('utf8'), 'data')) as [string]
  assert.equal(begun, 'HTTP/1.1 100 Continue\r\n\r\n')
  const answer = textOf(socket)
  return {
    async finish() {
      socket.write(body.slice(20))
      const text = await answer
      assert.match(text, /^HTTP\/1\.1 201 /)
      return JSON.parse(text.slice(text.indexOf('\r\n\r\n')))
    },
  }
}

async function textOf(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

// They mostly wait, so two run at once.
suite('an order under way is finished when the shop is stopped (invariant 3)', { concurrency: 2 }, () => {
  type Case = {
    readonly by: string
    readonly run: (t: TestContext, world: World) => Run
    readonly signals: readonly NodeJS.Signals[]
  }
  const start = (t: TestContext, world: World) => runScript(t, 'start.ts', world, '--no-demo')
  const mjs = (t: TestContext, world: World) => runMjs(t, world, 'scripts/start.ts', '--no-demo')
  const npm = (t: TestContext, world: World) => runNpmStart(t, world, '--no-demo')
  const cases: readonly Case[] = [
    { by: 'npm, twice', run: npm, signals: ['SIGTERM', 'SIGTERM'] },
    { by: 'npm, by its death', run: npm, signals: ['SIGKILL'] },
    { by: 'npm, by a hang-up that reaches it alone', run: npm, signals: ['SIGHUP'] },
    { by: 'run.mjs, twice', run: mjs, signals: ['SIGTERM', 'SIGTERM'] },
    { by: 'run.mjs, by its death', run: mjs, signals: ['SIGKILL'] },
    {
      by: 'start.ts, three times and by one Ctrl-C later',
      run: start,
      signals: ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGTERM'],
    },
  ]
  for (const { by, run, signals } of cases) {
    test(`by ${by}`, async (t) => {
      const world = await newWorld(t)
      const shop = run(t, world)
      await shop.until(READY)
      const order = await beginOrder(t, world)
      for (const signal of signals) {
        shop.process.kill(signal)
        await sleep(LATER_MS)
      }
      assert.equal((await order.finish()).status, 'confirmed')
      await shop.ended
      assert.match(shop.output(), /All services have stopped/)
      assert.doesNotMatch(shop.output(), /Stopping at once|did not stop in time/)
      assert.equal(shop.output().match(/info {2}closed/g)?.length, 5, 'none was cut off')
      await gone(world)
    })
  }

  test('by closing its terminal', {
    skip: process.platform !== 'linux' && 'the command `script` takes other options elsewhere',
  }, async (t) => {
    const world = await newWorld(t)
    const shop = runInTerminal(t, world, 'npm start -- --no-demo')
    await shop.until(READY)
    const order = await beginOrder(t, world)
    shop.process.kill('SIGKILL')
    await sleep(LATER_MS)
    assert.equal((await order.finish()).status, 'confirmed')
    await gone(world)
  })
})
