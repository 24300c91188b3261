import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Planned } from '../../scripts/plan.ts'
import type { ProcessEntry } from '../../scripts/services.ts'
import { superviseServices } from '../../scripts/start/supervisor.ts'
import { freePort } from '../system/processes.ts'

/** Reports that it is ready, notes each start, and exits at the first other request. */
const SHORT_LIVED = `
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
appendFileSync(process.env.STARTS, 'x')
createServer((request, response) => {
  if (request.url !== '/readyz') process.exit(1)
  response.end('{}')
}).listen(process.env.PORT, '127.0.0.1')
`

const FIRST_CEILING_MS = 500
/** Longer than stopping takes on a busy machine. */
const PAUSE_MS = 3_000

async function supervised(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-supervisor-'))
  const [main, startsFile] = [join(folder, 'main.mjs'), join(folder, 'starts')]
  writeFileSync(main, SHORT_LIVED)
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const said: string[] = []
  const service = {
    entry: { name: 'auth_service', label: 'auth', style: 'cyan', main },
    env: { ...process.env, PORT: String(port), STARTS: startsFile },
    origin,
    operations: { origin },
  } as unknown as Planned<ProcessEntry>
  const shop = superviseServices([service], process.execPath, {
    log: (line: string) => void said.push(line),
    fromService: () => {},
  } as unknown as Parameters<typeof superviseServices>[2])
  t.after(async () => {
    shop.kill()
    await sleep(50)
    rmSync(folder, { recursive: true, force: true })
  })
  const until = async (times: number, line: RegExp) => {
    for (let i = 0; said.filter((each) => line.test(each)).length < times; i++) {
      assert.ok(i < 6_000, `${line} after: ${said.join('\n')}`)
      await sleep(20)
    }
  }
  return {
    ...shop,
    said,
    until,
    end: () => fetch(`${origin}/end`).catch(() => {}),
    starts: () => readFileSync(startsFile, 'utf8').length,
  }
}

test('a service that exits repeatedly is restarted after random pauses below a limit that doubles', async (t) => {
  const drawn = [0.5, 0.1, 0.3]
  t.mock.method(Math, 'random', () => drawn.shift() ?? 0)
  const { start, stop, end, until, said, starts } = await supervised(t)
  await start()
  for (const times of [1, 2, 3]) {
    await end()
    await until(times, /exited unexpectedly/)
    await until(times, /is ready again/)
  }
  assert.deepEqual(
    said.flatMap((line) => /in (\d+\.\d) s/.exec(line)?.slice(1) ?? []),
    ['0.3', '0.1', '0.6'],
  )
  assert.equal(starts(), 4)
  await stop()
})

test('stopping ends such a pause at once, and no service is started any more', async (t) => {
  t.mock.method(Math, 'random', () => PAUSE_MS / FIRST_CEILING_MS)
  const { start, stop, end, until, starts } = await supervised(t)
  await start()
  await end()
  await until(1, /exited unexpectedly/)
  const pause = sleep(PAUSE_MS)
  const first = await Promise.race([stop().then(() => 'stopped'), pause.then(() => 'the pause is over')])
  assert.equal(first, 'stopped')
  await pause
  await sleep(200)
  assert.equal(starts(), 1)
})
