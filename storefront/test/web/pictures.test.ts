import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { picturesOf, srcSetOf } from '../../web/src/shop/picture_sources.ts'

const mediaOf = (width: number, height: number, id = 'a') => ({
  id,
  alt: 'A mug',
  focus: { x: 50, y: 50 },
  width,
  height,
  blur: 'data:,',
})

suite('the sources of a picture', () => {
  for (const [width, height, widths] of [
    [1600, 1600, [320, 640, 1280]],
    [3000, 1000, [320, 640, 1280]],
    [1000, 2000, [160, 320, 640]],
  ] as const) {
    test(`of ${width} x ${height} the renditions are ${widths.join(', ')} wide`, () => {
      const files = ['320.webp', '640.webp', '1280.webp']
      const expected = files.map((file, i) => `/api/media/a/${file} ${widths[i]}w`)
      assert.equal(srcSetOf(mediaOf(width, height), 'webp'), expected.join(', '))
    })
  }

  test('of a small original no width is listed twice', () => {
    assert.equal(srcSetOf(mediaOf(500, 400), 'jpeg'), '/api/media/a/320.jpg 320w, /api/media/a/640.jpg 500w')
    assert.equal(srcSetOf(mediaOf(300, 300), 'jpeg'), '/api/media/a/320.jpg 300w')
  })

  test('a variant shows its own pictures before those of its group, and none twice', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => mediaOf(9, 9, id))
    assert.deepEqual(picturesOf([b!], [a!, b!, c!]), [b, a, c])
    assert.deepEqual(picturesOf([], [a!]), [a])
  })
})
