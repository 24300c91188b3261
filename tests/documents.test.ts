/**
 * The generated documents agree with the code: routes, schemas, statuses, variables. So a change of the public interface
 * always shows in a document.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { generatedDocuments } from '../scripts/docs/documents.ts'
import { ROOT } from '../scripts/root.ts'

const generated = await generatedDocuments()

suite('the documents are up to date (npm run docs)', () => {
  for (const [path, text] of generated) {
    test(path, () => assert.deepEqual(text.split('\n'), readFileSync(join(ROOT, path), 'utf8').split('\n')))
  }
})
