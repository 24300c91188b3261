import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'

const LOG = new URL('../../src/runtime/log.ts', import.meta.url).href
const CONTEXT = new URL('../../src/runtime/request_context.ts', import.meta.url).href
const SECRET = 'plum tart on tuesday'

/** What a process writes that runs `statements`, with a `logger` of its own. */
function written(statements: string): string {
  const script = `import { boundTo, createLogger } from ${JSON.stringify(LOG)}
    import { inContext } from ${JSON.stringify(CONTEXT)}
    const logger = createLogger('test_service', 'info')
    ${statements}`
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  assert.equal(status, 0)
  return stdout
}

const lineOf = (fields: object) => written(`logger.info(${JSON.stringify(fields)}, 'a line')`)

test('a line has the id of its request once, also if the code runs in the context of that request', () => {
  const lines = written(`
    const context = { traceparent: undefined, requestIds: ['r1'] }
    inContext(context, () => {
      logger.info('of the context')
      boundTo(logger, context).info('bound')
      boundTo(logger, context).child({ part: 'p' }).info('a child')
    })`)
  assert.deepEqual(
    lines
      .trimEnd()
      .split('\n')
      .map((line) => line.split('"reqId":"r1"').length - 1),
    [1, 1, 1],
  )
})

test('a logger that is bound again, after it wrote a line, has the id that it was bound to last', () => {
  const lines = written(`
    const first = boundTo(logger, { traceparent: undefined, requestIds: ['r1'] })
    first.info('a line')
    boundTo(first, { traceparent: undefined, requestIds: ['r2'] }).info('another')`)
  assert.deepEqual(
    lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).reqId),
    ['r1', 'r2'],
  )
})

suite('no secret is written', () => {
  for (const name of ['password', 'token', 'access_token', 'refresh_token', 'authorization', 'cookie']) {
    test(`${name}, at the top level or nested`, () => {
      const line = lineOf({ [name]: SECRET, body: { [name]: SECRET }, user: 'ada' })
      assert.ok(!line.includes(SECRET), line)
      assert.match(line, /"user":"ada"/)
      assert.equal(line.match(/\[redacted\]/g)?.length, 2)
    })
  }

  test('headers of a request', () => {
    const line = lineOf({ req: { headers: { authorization: SECRET, cookie: SECRET, accept: 'x' } } })
    assert.ok(!line.includes(SECRET), line)
    assert.match(line, /"accept":"x"/)
  })
})
