/** Server-sent events from a fetch response. Unlike EventSource it can send a token, and it also runs in Node. */
import { createParser } from 'eventsource-parser'

export const EVENT_STREAM = 'text/event-stream'

/** Characters received without the end of an event or a comment; beyond it the stream is given up. */
const EVENT_LENGTH_MAX = 1024 * 1024

/**
 * Yields the `data` of each event, and returns when the stream ends. Comments and other fields are skipped.
 * Throws a RangeError on an event longer than EVENT_LENGTH_MAX, and whatever reading the stream throws.
 */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const events: string[] = []
  let unfinished = 0
  const parser = createParser({
    onEvent({ data }) {
      unfinished = 0
      events.push(data)
    },
    onComment() {
      unfinished = 0
    },
  })
  for await (const chunk of chunksOf(body)) {
    unfinished += chunk.length
    if (unfinished > EVENT_LENGTH_MAX) throw new RangeError('An event is too long.')
    parser.feed(chunk)
    yield* events.splice(0)
  }
}

/** Decoded chunks of the stream. Leaving the loop cancels it. Not every browser can iterate a stream itself. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield decoder.decode(value, { stream: true })
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
