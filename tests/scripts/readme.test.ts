/**
 * Runs the commands of the README's first order and of its outage in one shell, and compares the output of each block with
 * what the README shows below it; also when they are run again on the same shop.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { listen, newWorld, READY, runScript } from './running.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const PASTED = README.slice(README.indexOf('## A first order'), README.indexOf('## What it promises'))
const BLOCKS = [...PASTED.matchAll(/```bash\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)].map(
  ([, commands = '', shown = '']) => ({ commands, shown }),
)
const DEFAULT_PORTS = { auth: 5000, product: 5001, order: 5002 }
const END = 'end of the block'

async function allFree(ports: readonly number[]): Promise<boolean> {
  const servers = await Promise.allSettled(ports.map(listen))
  for (const server of servers) if (server.status === 'fulfilled') server.value.close()
  return servers.every((server) => server.status === 'fulfilled')
}

/** `…` stands for anything, and everything else for itself. */
const asPattern = (shown: string) => new RegExp(`^${shown.trim().split('…').map(RegExp.escape).join('.*')}$`)

suite('the README', () => {
  test('its commands print what it shows below them (invariants 3, 4, 5)', async (t) => {
    assert.equal(BLOCKS.length, 6)
    assert.equal(PASTED.match(/```bash/g)?.length, BLOCKS.length, 'each block shows its output')
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
    await shop.until(READY)

    const here = (commands: string) =>
      Object.entries(DEFAULT_PORTS)
        .reduce(
          (text, [name, port]) =>
            text.replaceAll(`localhost:${port}`, `localhost:${ports[name as keyof typeof ports]}`),
          commands,
        )
        .replaceAll('data/', `${world.dataDir}/`)
    const pasted = [...BLOCKS, ...BLOCKS]
    const script = pasted.map(({ commands }) => `${here(commands)}echo '${END}'`).join('\n')
    const output = execFileSync('bash', ['-ceu', `exec 2>&1\n${script}`], {
      encoding: 'utf8',
      timeout: 120_000,
    })
    const answers = output.split(`${END}\n`).slice(0, -1)
    assert.equal(answers.length, pasted.length, output)
    for (const [i, { shown }] of pasted.entries()) assert.match(answers[i]!.trim(), asPattern(shown))
    const read = (answer = '') => JSON.parse(answer.trim().replace(/^data: /, ''))
    for (const first of [0, BLOCKS.length]) {
      const [, order, product, again, waiting, decided] = answers.slice(first).map(read)
      // Each round orders twice.
      assert.equal(product.reserved, first === 0 ? 1 : 3, 'one more is reserved')
      assert.equal(again.id, order.id, 'the same order under the same key')
      assert.equal(decided.id, waiting.id, 'the order that waited')
    }
  })
})
