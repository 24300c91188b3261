/** Tables from bytes, however they are cut into pieces. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { textOfHtml } from '../../src/csv/html_text.ts'
import { COLUMNS_MAX, ROW_LENGTH_MAX, readCsv, UnreadableFile } from '../../src/csv/read_csv.ts'

async function read(bytes: Uint8Array, size = bytes.length) {
  const pieces = (async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  })()
  const { rows, ...table } = await readCsv(pieces)
  return { ...table, rows: await Array.fromAsync(rows) }
}
const utf8 = (text: string) => Buffer.from(text)
const fails = (bytes: Uint8Array, message: RegExp) =>
  assert.rejects(read(bytes), (error) => error instanceof UnreadableFile && message.test(error.message))

suite('a table', () => {
  const rows = [
    ['T-1', 'Täa, "green"', 'two\r\nlines'],
    // A blank line counts, so that the number of a row is that in a spreadsheet.
    [''],
    ['T-2', '漢', ''],
  ]
  const text = 'sku,name,description\r\nT-1,"Täa, ""green""","two\r\nlines"\r\n\r\nT-2,漢,\r\n'

  test('is the same in every encoding, with every line end, cut anywhere', async () => {
    const names = ['sku', 'name', 'description']
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le')
    for (const [bytes, encoding] of [
      [utf8(text), 'utf-8'],
      [utf8(`\ufeff${text}`), 'utf-8'],
      [utf16, 'utf-16le'],
      [Buffer.from(utf16).swap16(), 'utf-16be'],
    ] as const) {
      for (const size of [3, 7, bytes.length]) {
        assert.deepEqual(await read(bytes, size), { encoding, delimiter: ',', names, rows })
      }
    }
    const unix = text.replaceAll('\r\n', '\n')
    assert.deepEqual((await read(utf8(unix))).rows, [['T-1', 'Täa, "green"', 'two\nlines'], ...rows.slice(1)])
  })

  test('is separated by what the names of its columns are separated by', async () => {
    for (const delimiter of [';', '\t'] as const) {
      const table = await read(utf8(`sku${delimiter}"a,b,c"\nT-1${delimiter}1,5\n`))
      assert.deepEqual(table, {
        encoding: 'utf-8',
        delimiter,
        names: ['sku', 'a,b,c'],
        rows: [['T-1', '1,5']],
      })
    }
  })

  test('that is separated by tabs may have quotation marks as they are', async () => {
    const rows = [
      ['T-1', '5" disk', 'two\nlines'],
      ['T-2', '"Best" of', 'x'],
    ]
    const text = 'sku\tname\tdescription\nT-1\t5" disk\t"two\nlines"\nT-2\t"Best" of\tx\n'
    assert.deepEqual((await read(utf8(text))).rows, rows)
    await fails(utf8(text.replaceAll('\t', ',')), /quotation mark/)
  })

  test('loses the guard of its formulas', async () => {
    assert.deepEqual((await read(utf8("sku,name\nT-1,'=1+1\n"))).rows, [['T-1', '=1+1']])
  })

  test('that is none is refused in a sentence', async () => {
    await fails(utf8(''), /empty/)
    await fails(Buffer.from([...utf8('sku,name\nT-1,'), 0xe4, 0x0a]), /not UTF-8 text.*CSV UTF-8/)
    await fails(Buffer.from('sku,name\n', 'utf16le'), /NUL/)
    await fails(Buffer.from('PK\u0003\u0004xl'), /spreadsheet file/)
    await fails(utf8('sku,name\nT-1,"a"b\n'), /quotation mark inside of a cell near line 2/)
    await fails(utf8('sku,name\nT-1,5" disk\n'), /quotation mark inside of a cell near line 2/)
    await fails(utf8('sku,name\nT-1,"a\n'), /not closed near line/)
    await fails(utf8(`sku,name\nT-1,"${'x'.repeat(ROW_LENGTH_MAX + 70_000)}`), /not closed|no CSV/)
  })
})

suite('the size of a table', () => {
  test(`of more than ${COLUMNS_MAX} columns is too large`, async () => {
    const head = (count: number) => utf8(`sku${',x'.repeat(count - 1)}\n`)
    assert.equal((await read(head(COLUMNS_MAX))).names.length, COLUMNS_MAX)
    await fails(head(COLUMNS_MAX + 1), /at most 200 columns/)
  })

  test('is bounded in memory, also of one line that never ends', async () => {
    for (const [start, rest] of [
      ['', 'x'],
      ['', '"x'],
      ['', ','],
      ['sku,name\n', 'x'],
      ['sku,name\n"', 'x'],
    ] as const) {
      let bytes = 0
      const endless = (async function* () {
        yield utf8(start)
        for (;;) {
          bytes += 65_536
          assert.ok(bytes < 4_000_000, `${start}${rest}… is read on and on`)
          yield utf8(rest.repeat(65_536 / rest.length))
        }
      })()
      await assert.rejects(
        async () => Array.fromAsync((await readCsv(endless)).rows),
        (error) => error instanceof UnreadableFile,
      )
    }
  })

  test('of blank lines alone is nothing', async () => {
    await fails(utf8('\n\n \n'), /empty/)
    await fails(utf8('\ufeff'), /empty/)
    assert.deepEqual((await read(utf8('sku,name\n'))).rows, [])
    assert.deepEqual((await read(utf8('sku,name'))).rows, [])
  })
})

suite('the text of HTML', () => {
  test('has no tags, no scripts, and its line ends', () => {
    for (const [html, text] of [
      ['<p>Tea &amp; <b>cake</b></p><p>Two</p>', 'Tea & cake\n\nTwo'],
      ['<ul><li>a</li><li class="x > y">b</li></ul>', '• a\n\n• b'],
      ['a<script>alert("</b>")</script>b<style>p{}</style>', 'ab'],
      ['1 < 2 and &lt;script&gt;', '1 < 2 and <script>'],
      ['<img src=x onerror=alert(1)>safe<!-- no -->', 'safe'],
      ['&#x1F98A;&#0;&unknown;', '🦊&unknown;'],
      ['<p', ''],
    ] as const) {
      assert.equal(textOfHtml(html), text)
    }
  })

  test('takes linear time', () => {
    const started = performance.now()
    for (const each of ['<', '<p "', '<script>', '&#', '<!--', '</', "<a ='"]) textOfHtml(each.repeat(50_000))
    assert.ok(performance.now() - started < 2_000, `${performance.now() - started} ms`)
  })
})
