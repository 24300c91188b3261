/** Server-sent events out of a fetch answer: unlike EventSource it can send a token, and runs in Node too. */

export const EVENT_STREAM = 'text/event-stream'

/** Events larger than this are not ours; the stream is given up. */
const EVENT_LENGTH_MAX = 1024 * 1024

/** The `data` of each event. Ends with the stream; comments and other fields are passed over. */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let pending = ''
  let data: string[] = []
  for await (const chunk of chunksOf(body)) {
    pending += chunk
    if (pending.length > EVENT_LENGTH_MAX) throw new RangeError('An event is too long.')
    const lines = pending.split(/\r\n|\n|\r(?!$)/)
    pending = lines.pop()!
    for (const line of lines) {
      if (line === '' && data.length > 0) {
        yield data.join('\n')
        data = []
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line[5] === ' ' ? 6 : 5))
      }
    }
  }
}

/** Leaving the loop early closes the connection. Written out because not every browser can iterate a stream. */
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
