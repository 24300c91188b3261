import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { linesOf } from '../../scripts/lines.ts'

/** In chunks that end anywhere, also within a character. */
const chunksOf = (text: string, bytes: number) => {
  const all = Buffer.from(text)
  const chunks = Array.from({ length: Math.ceil(all.length / bytes) }, (_, i) =>
    all.subarray(i * bytes, (i + 1) * bytes),
  )
  return Readable.from(chunks, { objectMode: false }).setEncoding('utf8')
}

suite('lines of a stream', () => {
  const separated = 'a\u2028b\u2029c\u0085d\re'
  const cases: readonly (readonly [what: string, text: string, lines: readonly string[]])[] = [
    ['nothing', '', []],
    ['a line', 'é\n', ['é']],
    ['a line without its end', 'é\nü', ['é', 'ü']],
    ['empty lines', '\n\na\n\n', ['', '', 'a', '']],
    ['1: other separators within a line', `${separated}\n${separated}`, [separated, separated]],
  ]
  for (const [what, text, lines] of cases) {
    test(what, async () => {
      for (const bytes of [1, 2, 3, 64])
        assert.deepEqual(await Array.fromAsync(linesOf(chunksOf(text, bytes))), lines)
    })
  }
})
