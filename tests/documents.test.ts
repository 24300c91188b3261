/**
 * What services do for those outside is written down: routes, schemas, statuses, variables. A change of any of it that
 * the documents do not show is a change nobody meant, or nobody told.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { generatedDocuments } from '../scripts/docs/documents.ts'
import { ROOT } from '../scripts/root.ts'

suite('the documents say what the code does (npm run docs)', async () => {
  for (const [path, text] of await generatedDocuments()) {
    test(path, () => assert.deepEqual(text.split('\n'), readFileSync(join(ROOT, path), 'utf8').split('\n')))
  }
})
