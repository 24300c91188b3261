import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { html, plain, scriptData, shortened } from '../../src/pages/html.ts'

const ATTACK = `</script><script>alert(1)</script><!-- "'&`

suite('HTML of the gateway', () => {
  test('a value is text, in an element and in an attribute (1)', () => {
    const { text } = html`<p title="${ATTACK}">${ATTACK}</p>`
    const escaped = '&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- &quot;&#39;&amp;'
    assert.equal(text, `<p title="${escaped}">${escaped}</p>`)
  })

  test('what a template made is markup, alone and in lists', () => {
    const items = ['a<b', 'c'].map((each) => html`<li>${each}</li>`)
    assert.equal(html`<ul>${items}</ul>${undefined}${3}`.text, '<ul><li>a&lt;b</li><li>c</li></ul>3')
  })

  test('data in a script has nothing that ends or changes the script, and is the same data (2)', () => {
    const value = { [ATTACK]: `${ATTACK}\u2028\u2029` }
    const { text } = scriptData(value)
    assert.doesNotMatch(text, /[<>\u2028\u2029]/)
    assert.deepEqual(JSON.parse(text), value)
  })

  test('half of a surrogate pair is replaced', () => {
    assert.equal(html`${'a\ud800b'}`.text, 'a\ufffdb')
    assert.equal(plain('a\ud800b'), 'a\ufffdb')
  })

  test('a plain text turns no direction (3)', () =>
    assert.equal(plain(' evil\u202egnp.\u2066exe\u2069\n\u0000 now '), 'evil gnp. exe now'))

  test('a long text is cut at a word, and never within a character', () => {
    assert.equal(shortened('one two three', 9), 'one two…')
    assert.equal(shortened('one', 9), 'one')
    assert.equal(shortened('😀😀😀😀', 4), '😀…')
  })
})
