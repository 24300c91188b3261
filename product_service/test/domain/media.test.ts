import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as media from '../../src/domain/media.ts'
import {
  AVIF_PIXELS_MAX,
  formatOf,
  MEDIA_EDGE_MIN,
  MEDIA_PIXELS_MAX,
  MEDIA_RATIO_MAX,
  renditionSize,
  repeatedItem,
  sizeFault,
} from '../../src/domain/media.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

suite('pictures', () => {
  test('a format is decided by the first bytes (invariant 1)', () => {
    const table: readonly [string, string | undefined][] = [
      ['\xff\xd8\xff\xe0', 'jpeg'],
      ['\x89PNG\r\n\x1a\n', 'png'],
      ['RIFF\x00\x00\x00\x00WEBPVP8 ', 'webp'],
      ['\x00\x00\x00\x20ftypavif', 'avif'],
      ['\x00\x00\x00\x20ftypavis', 'avif'],
      ['\x00\x00\x00\x20ftypheic', undefined],
      ['GIF89a', undefined],
      ['<svg xmlns="http://www.w3.org/2000/svg"/>', undefined],
      ['<?xml version="1.0"?><svg/>', undefined],
      ['%PDF-1.7', undefined],
      ['RIFF\x00\x00\x00\x00WAVE', undefined],
      ['\x89PNG\n\x1a\n', undefined],
      ['\xff\xd8', undefined],
      ['', undefined],
    ]
    for (const [start, format] of table) assert.equal(formatOf(bytes(start)), format, JSON.stringify(start))
  })

  test('limits of uploads and of what is made of them: their values', () => {
    const { MEDIA_BYTES_MAX, RENDITION_BYTES_MAX, BLUR_LENGTH_MAX, MEDIA_PER_PRODUCT_MAX } = media
    assert.deepEqual([MEDIA_BYTES_MAX, RENDITION_BYTES_MAX], [10 * 1024 * 1024, 6 * 1024 * 1024])
    assert.deepEqual(
      [MEDIA_PIXELS_MAX, AVIF_PIXELS_MAX, media.INTERLACED_PIXELS_MAX],
      [40_000_000, 8_000_000, 8_000_000],
    )
    assert.deepEqual([MEDIA_RATIO_MAX, BLUR_LENGTH_MAX, MEDIA_PER_PRODUCT_MAX], [10, 1_000, 20])
  })

  test('a picture that is too large, too small or a strip is refused', () => {
    assert.equal(sizeFault(8_000, 5_000), undefined)
    assert.match(sizeFault(8_000, 5_001)!, new RegExp(`${MEDIA_PIXELS_MAX}`))
    assert.equal(sizeFault(4_000, AVIF_PIXELS_MAX / 4_000, AVIF_PIXELS_MAX), undefined)
    assert.match(
      sizeFault(4_000, AVIF_PIXELS_MAX / 4_000 + 1, AVIF_PIXELS_MAX)!,
      new RegExp(`${AVIF_PIXELS_MAX}`),
    )
    assert.equal(sizeFault(MEDIA_EDGE_MIN, MEDIA_EDGE_MIN), undefined)
    assert.match(sizeFault(MEDIA_EDGE_MIN - 1, 100)!, /at least/)
    assert.match(sizeFault(1, 20_000)!, /at least/)
    assert.equal(sizeFault(100, 100 * MEDIA_RATIO_MAX), undefined)
    assert.match(sizeFault(100, 100 * MEDIA_RATIO_MAX + 1)!, /times the shorter/)
    assert.match(sizeFault(100 * MEDIA_RATIO_MAX + 1, 100)!, /times the shorter/)
  })

  test('a rendition has the longer edge asked for, and is never enlarged (invariant 3)', () => {
    assert.deepEqual(renditionSize({ width: 4_000, height: 3_000 }, 640), { width: 640, height: 480 })
    assert.deepEqual(renditionSize({ width: 3_000, height: 4_000 }, 640), { width: 480, height: 640 })
    assert.deepEqual(renditionSize({ width: 200, height: 100 }, 640), { width: 200, height: 100 })
  })

  test('a product shows a picture once', () => {
    assert.equal(repeatedItem([{ id: 'a' }, { id: 'b' }]), undefined)
    assert.equal(repeatedItem([{ id: 'a' }, { id: 'b' }, { id: 'a' }]), 2)
  })
})
