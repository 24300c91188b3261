import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CATALOGUES } from '../../scripts/docs/catalogues.ts'
import { NOTES } from '../../scripts/docs/error_notes.ts'
import { errorsPage } from '../../scripts/docs/errors_page.ts'

const problems = { last_admin: { status: 409, title: 'The last admin has to stay one', retryable: false } }
const document = {
  paths: {
    '/users/{id}/role': {
      put: { responses: { 409: { description: '`last_admin`' }, 404: { description: '`user_not_found`' } } },
      get: { responses: { 200: { description: 'The role' } } },
    },
  },
}

suite('docs/errors.md', () => {
  test('says of each code its status, title, whether to retry, when it happens and where', () => {
    const page = errorsPage(
      [{ owner: 'auth_service', problems, notes: NOTES.auth_service }],
      new Map([['auth_service', document]]),
    )
    const row = page.split('\n').find((line) => line.includes('`last_admin`'))
    assert.equal(
      row,
      '| `last_admin` | 409 | no | The last admin has to stay one | The change would leave the shop without an admin. (`PUT /users/{id}/role`) |',
    )
  })

  test('every code has a note, and every note a code', () => {
    for (const { owner, problems } of CATALOGUES) {
      assert.deepEqual(Object.keys(NOTES[owner]).sort(), Object.keys(problems).sort(), owner)
    }
  })
})
