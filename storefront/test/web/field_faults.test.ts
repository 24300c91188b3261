import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ShopProblem } from '@shop/client/problem'
import { textFault } from '@shop/service_kit/http/text'
import { faultsByField } from '../../web/src/ui/field_faults.ts'

const LABELS = { username: 'The username', password: 'The password' }
const refused = (errors: object[], code = 'validation_failed' as const) =>
  new ShopProblem(code, 'no', {
    status: 400,
    document: { title: '', status: 400, detail: '', code, request_id: 'r', retryable: false, errors },
  })

suite('rejected fields', () => {
  test('the form has the label, the service the message, and the first fault counts', () => {
    const errors = [
      { path: '/username', message: 'must not be blank' },
      { path: '/username', message: 'must be text' },
      { path: '/other', message: 'is not a known field' },
    ]
    assert.deepEqual(faultsByField(refused(errors), LABELS), { username: 'The username must not be blank.' })
  })

  test('what is wrong with a text is said in a sentence', () => {
    const said = ['', 'a\u0000', 'a\u202eb', 'a\ufff9b', `a${'\u0335'.repeat(9)}`, 'a\nb'].map((text) => {
      const errors = [{ path: '/name', message: textFault(text, 'line') }]
      return faultsByField(refused(errors), { name: 'The name' })?.name
    })
    assert.deepEqual(said, [
      'The name must not be blank.',
      'The name must not contain control characters.',
      'The name must not contain characters that change the direction of the text.',
      'The name must not contain hidden characters.',
      'The name must not have more than 8 marks on one letter.',
      'The name must be one line, without tabs.',
    ])
  })

  test('a pattern is never shown', () => {
    const [username] = Object.values(
      faultsByField(refused([{ path: '/username', message: 'must match pattern "^[A-Z]+$"' }]), LABELS)!,
    )
    assert.equal(username, 'The username has a format that is not allowed.')
  })

  test('an error without a field of the form is left to the notice of the page', () => {
    assert.equal(faultsByField(refused([{ path: '/x', message: 'is required' }]), LABELS), undefined)
    assert.equal(faultsByField(new ShopProblem('overloaded', 'busy'), LABELS), undefined)
    assert.equal(faultsByField(new Error('x'), LABELS), undefined)
  })
})
