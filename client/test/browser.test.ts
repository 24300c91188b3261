import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

test('the client compiles without types of Node', () => {
  const client = join(import.meta.dirname, '..')
  try {
    execFileSync(process.execPath, [
      join(client, '..', 'node_modules', 'typescript', 'bin', 'tsc'),
      ...['-p', join(client, 'tsconfig.browser.json')],
    ])
  } catch (error) {
    assert.fail(String((error as { stdout?: Buffer }).stdout))
  }
})
