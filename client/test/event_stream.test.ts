import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventsIn } from '../src/event_stream.ts'

const streamOf = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })

const collect = async (stream: ReadableStream<Uint8Array>) => {
  const all: string[] = []
  for await (const data of eventsIn(stream)) all.push(data)
  return all
}

suite('event stream', () => {
  const cases: [what: string, chunks: string[], events: string[]][] = [
    ['one event', ['data: a\n\n'], ['a']],
    ['fields other than data, and comments', [': hello\nid: 4\nevent: order\nretry: 9\ndata: a\n\n'], ['a']],
    ['an event split into chunks anywhere', ['da', 'ta: a', '\n', '\ndata:', ' b\n\n'], ['a', 'b']],
    ['several lines of data', ['data: a\ndata: b\n\n'], ['a\nb']],
    ['CRLF, also split between chunks', ['data: a\r', '\n\r\ndata: b\r\n\r\n'], ['a', 'b']],
    ['no space after the colon', ['data:a\n\n'], ['a']],
    ['blank lines without data', ['\n\n\n: ping\n\n'], []],
    ['CR alone', ['data: a\r\rdata: b\r', '\rdata: c\n\n'], ['a', 'b', 'c']],
    ['an event without its end is dropped', ['data: a\n\ndata: b'], ['a']],
  ]
  for (const [what, chunks, events] of cases) {
    test(what, async () => assert.deepEqual(await collect(streamOf(...chunks)), events))
  }

  test('a character split between chunks is decoded', async () => {
    const bytes = new TextEncoder().encode('data: é\n\n')
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, 7))
        controller.enqueue(bytes.slice(7))
        controller.close()
      },
    })
    assert.deepEqual(await collect(stream), ['é'])
  })

  test('leaving the loop cancels the stream', async () => {
    let cancelled = false
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('data: a\n\n')),
      cancel: () => {
        cancelled = true
      },
    })
    for await (const data of eventsIn(stream)) {
      assert.equal(data, 'a')
      break
    }
    assert.equal(cancelled, true)
  })

  for (const [what, chunk] of [
    ['a line', 'x'.repeat(100_000)],
    ['a value', `data: ${'x'.repeat(100_000)}`],
    ['an event of many lines', 'data: x\n'.repeat(10_000)],
  ] as const) {
    test(`${what} without end fails with RangeError`, async () => {
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new TextEncoder().encode(chunk)),
      })
      await assert.rejects(collect(stream), RangeError)
    })
  }

  const LONG = 'x'.repeat(10_000)
  for (const [what, text] of [
    ['comments', `:${LONG}\n\n`],
    ['events', `data:${LONG}\n\n`],
  ] as const) {
    test(`${what} together may be longer than one event`, async () => {
      const chunks = Array<string>(200).fill(text)
      const events = await collect(streamOf(...chunks, 'data: last\n\n'))
      assert.equal(events.at(-1), 'last')
    })
  }
})
