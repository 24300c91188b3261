import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { createEventStreams } from '../../src/http/event_streams.ts'

suite('forwarded event streams', () => {
  test('end when the gateway closes, a new one at once; the events before are complete', async () => {
    const streams = createEventStreams()
    const [source, late] = [new PassThrough(), new PassThrough()]
    const stream = streams.pass(source)
    source.write('data: 1\n\n')
    const [first] = await once(stream, 'data')
    streams.endAll()
    // Later bytes of the service are dropped without an error.
    source.write('data: 2\n\n')
    assert.equal(String(first) + (await text(stream)), 'data: 1\n\n')
    late.write('data: 3\n\n')
    assert.equal(await text(streams.pass(late)), '')
  })

  test('a visitor who disconnects ends the stream of the service', async () => {
    const source = new PassThrough()
    const stream = createEventStreams().pass(source)
    stream.destroy()
    await once(source, 'close')
  })

  test('a stream that breaks off is an incomplete answer', async () => {
    const source = new PassThrough()
    const stream = createEventStreams().pass(source)
    source.destroy(new Error('the service is gone'))
    await assert.rejects(text(stream), /the service is gone/)
  })
})
