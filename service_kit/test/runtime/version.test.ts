import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { VERSION } from '../../src/runtime/version.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const manifestIn = (folder: string) => JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))

test('the version that services report is that of the repository and of all its packages', () => {
  const { version, workspaces } = manifestIn('.') as { version: string; workspaces: string[] }
  assert.equal(VERSION, version)
  for (const folder of workspaces) assert.equal(manifestIn(folder).version, version, folder)
})
