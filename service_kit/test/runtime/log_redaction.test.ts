import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'

const LOG = new URL('../../src/runtime/log.ts', import.meta.url).href
const SECRET = 'plum tart on tuesday'

/** What a process that logs `fields` writes. */
function written(fields: object): string {
  const script = `import { createLogger } from ${JSON.stringify(LOG)}
    createLogger('test_service', 'info').info(${JSON.stringify(fields)}, 'a line')`
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  assert.equal(status, 0)
  return stdout
}

suite('no secret is written', () => {
  for (const name of ['password', 'token', 'access_token', 'refresh_token', 'authorization', 'cookie']) {
    test(`${name}, at the top level or nested`, () => {
      const line = written({ [name]: SECRET, body: { [name]: SECRET }, user: 'ada' })
      assert.ok(!line.includes(SECRET), line)
      assert.match(line, /"user":"ada"/)
      assert.equal(line.match(/\[redacted\]/g)?.length, 2)
    })
  }

  test('headers of a request', () => {
    const line = written({ req: { headers: { authorization: SECRET, cookie: SECRET, accept: 'x' } } })
    assert.ok(!line.includes(SECRET), line)
    assert.match(line, /"accept":"x"/)
  })
})
