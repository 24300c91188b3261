/** A table is read as a whole, or not at all. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createCaller, RETRY_DEFAULTS, TABLE } from '@shop/client/retry'
import { IMPORT_BYTES_MAX } from '../../../product_service/src/domain/import.ts'
import { FILE_BYTES_MAX } from '../../web/src/admin/import/file_size.ts'
import { readTable } from '../../web/src/admin/import/read_table.ts'

const piece = () => new Uint8Array(1_000)
type Pieces = AsyncGenerator<Uint8Array<ArrayBuffer>>
const streamOf = (pieces: Pieces) =>
  new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })

suite('a table that is downloaded', () => {
  test('is complete, and says how much has arrived', async () => {
    const sizes: number[] = []
    async function* both(): Pieces {
      yield piece()
      yield piece()
    }
    const stream = streamOf(both())
    const pieces = await readTable(stream, (bytes) => sizes.push(bytes), 1_000)
    assert.deepEqual([pieces.length, sizes], [2, [1_000, 2_000]])
  })

  test('is none when it breaks off', async () => {
    async function* broken(): Pieces {
      yield piece()
      throw new Error('terminated')
    }
    await assert.rejects(
      readTable(streamOf(broken()), () => {}, 1_000),
      { code: 'unreachable' },
    )
  })

  test('is none when nothing arrives any more', async () => {
    const silent = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(piece()),
    })
    await assert.rejects(
      readTable(silent, () => {}, 30),
      /incomplete/,
    )
  })

  test('may take longer than any other answer', async () => {
    const slow = async () =>
      new Response(
        streamOf(
          (async function* (): Pieces {
            yield piece()
            await new Promise((resolve) => setTimeout(resolve, 60))
            yield piece()
          })(),
        ),
      )
    const call = createCaller(slow, RETRY_DEFAULTS, 30)
    const ask = (accept: string) =>
      call(new Request('http://shop/exports/catalogue.csv', { headers: { accept } }))
    assert.equal((await (await ask(TABLE)).arrayBuffer()).byteLength, 2_000)
    await assert.rejects(ask('application/json'), { code: 'timed_out' })
  })
})

test('the page refuses a file that the service would not take', () =>
  assert.equal(FILE_BYTES_MAX, IMPORT_BYTES_MAX))
