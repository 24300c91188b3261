/** The pictures of the sample catalogue: one at least for each product, drawn here, always the same. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { suite, test } from 'node:test'
import { demoPictures, SIDE } from '../../scripts/demo_pictures/demo_pictures.ts'
import { PICTURES } from '../../scripts/demo_pictures/pictures.ts'
import { SAMPLES } from '../../scripts/start/demo_samples.ts'
import { namesImported } from '../import_cycles.ts'

/** What `POST /media` accepts. */
const BYTES_MAX = 10 * 1024 * 1024
const PIXELS_MAX = 40_000_000
const ALT_LENGTH_MAX = 300
/** One writes the pictures to a folder, one hands them to the thread that asked. */
const PROGRAMS = ['main.ts', 'picture_thread.ts']
/** Small, so that all are drawn within seconds. */
const SMALL = 160

async function hashes(side: number, planned = PICTURES): Promise<string[]> {
  const all: string[] = []
  for await (const { bytes } of demoPictures(planned, side))
    all.push(createHash('sha256').update(bytes).digest('hex'))
  return all
}

/** From the header of the frame (SOF0 or SOF2), which follows the other headers. */
function jpegSize(bytes: Buffer) {
  assert.equal(bytes.readUInt16BE(0), 0xffd8)
  let at = 2
  while (![0xffc0, 0xffc2].includes(bytes.readUInt16BE(at))) at += 2 + bytes.readUInt16BE(at + 2)
  return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
}

suite('the pictures of the sample catalogue', () => {
  test('1: each product has a picture, and each picture a product', () => {
    assert.deepEqual(
      [...new Set(PICTURES.map(({ product }) => product))],
      SAMPLES.map(({ name }) => name),
    )
    const names = PICTURES.map(({ product, view }) => `${product} ${view}`)
    assert.equal(new Set(names).size, names.length)
  })

  test('1: a picture of a value is one of a group that has it, and of each value of that option', () => {
    const groups = SAMPLES.filter((sample) => 'options' in sample)
    assert.equal(groups.length, 2)
    const valued = PICTURES.filter(({ value }) => value !== undefined)
    for (const { product, value } of valued) {
      const { options } = groups.find(({ name }) => name === product)!
      const { values } = options.find((option) => option.values.includes(value!))!
      for (const each of values)
        assert.ok(
          valued.some((picture) => picture.value === each),
          each,
        )
    }
  })

  test('1: at least four products are shown twice', () => {
    const shown = Map.groupBy(PICTURES, ({ product }) => product)
    assert.ok([...shown.values()].filter((pictures) => pictures.length > 1).length >= 4)
  })

  test('1: each picture says in English and in German what it shows', () => {
    for (const { alt } of PICTURES) {
      for (const text of [alt.en, alt.de]) assert.match(text, /^\p{Lu}[^\n]{10,}[^.]$/u)
      assert.ok(alt.en.length <= ALT_LENGTH_MAX && alt.de.length <= ALT_LENGTH_MAX)
      assert.notEqual(alt.en, alt.de)
    }
    for (const language of ['en', 'de'] as const)
      assert.equal(new Set(PICTURES.map(({ alt }) => alt[language])).size, PICTURES.length)
  })

  test('1: each focus is a whole percentage, away from the edges', () => {
    for (const { x, y } of PICTURES.map(({ focus }) => focus))
      for (const percent of [x, y]) assert.ok(Number.isInteger(percent) && percent >= 25 && percent <= 75)
  })

  test('2: drawn again, in another order, pictures have the same bytes; no two are alike', async () => {
    const all = await hashes(SMALL)
    assert.equal(new Set(all).size, PICTURES.length)
    const some = [13, 7]
    assert.deepEqual(
      await hashes(
        SMALL,
        some.map((k) => PICTURES[k]!),
      ),
      some.map((k) => all[k]),
    )
  })

  test('3: the picture that is uploaded is a square JPEG of a size that is accepted', async () => {
    for await (const { bytes } of demoPictures(PICTURES.slice(7, 8))) {
      assert.deepEqual(jpegSize(bytes), { width: SIDE, height: SIDE })
      assert.ok(bytes.length < BYTES_MAX && SIDE * SIDE <= PIXELS_MAX)
      // One that failed to draw is of one colour, and tiny.
      assert.ok(bytes.length > 50_000, `${bytes.length} bytes`)
    }
  })

  test('nothing is read: only the programs import modules of Node', () => {
    const folder = join(import.meta.dirname, '../../scripts/demo_pictures')
    for (const file of globSync('**/*.ts', { cwd: folder }).filter((each) => !PROGRAMS.includes(each))) {
      for (const from of namesImported(readFileSync(join(folder, file), 'utf8'))) {
        const inside =
          from.startsWith('.') && !relative(folder, join(folder, dirname(file), from)).startsWith('..')
        assert.ok(inside || from === 'sharp', `${file} imports ${from}`)
        assert.ok(!builtinModules.includes(from.replace(/^node:/, '')))
      }
    }
  })
})
