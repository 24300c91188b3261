/** The README's first order, run word for word as a newcomer would paste it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { listen, newWorld, runScript } from './running.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const FIRST_ORDER = /## A first order[\s\S]*?```bash\n([\s\S]*?)```/.exec(README)?.[1] ?? ''
const DEFAULT_PORTS = { auth: 5000, product: 5001, order: 5002 }

async function allFree(ports: readonly number[]): Promise<boolean> {
  const servers = await Promise.allSettled(ports.map(listen))
  for (const server of servers) if (server.status === 'fulfilled') server.value.close()
  return servers.every((server) => server.status === 'fulfilled')
}

suite('the README', () => {
  test('its first order works, and its fourth line run again is the same order', async (t) => {
    assert.equal(FIRST_ORDER.trim().split('\n').length, 5)
    const world = await newWorld(t)
    const asWritten = await allFree(Object.values(DEFAULT_PORTS))
    if (!asWritten) t.diagnostic('Ports 5000 to 5002 are taken here: the commands run with other ports.')
    const ports = asWritten ? DEFAULT_PORTS : world.ports
    const env = {
      ...world.env,
      AUTH_PORT: String(ports.auth),
      PRODUCT_PORT: String(ports.product),
      ORDER_PORT: String(ports.order),
    }
    const shop = runScript(t, 'start.ts', { ...world, env }, '--demo')
    await shop.until(/Ctrl-C stops everything/)

    const commands = Object.entries(DEFAULT_PORTS).reduce(
      (text, [name, port]) =>
        text.replaceAll(`localhost:${port}`, `localhost:${ports[name as keyof typeof ports]}`),
      FIRST_ORDER,
    )
    const again = commands.trim().split('\n')[3]
    const answers = execFileSync('bash', ['-ceu', `${commands}\n${again}`], {
      encoding: 'utf8',
      timeout: 30_000,
    })
    const [user, order, product, sameOrder] = answers
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal(user.username, 'ada')
    assert.equal(order.status, 'confirmed')
    assert.equal(order.lines[0].product_id, product.id)
    assert.equal(product.reserved, 1)
    assert.deepEqual(sameOrder, order)
  })
})
