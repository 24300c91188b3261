/** Clients that send bodies slowly, over sockets, with addresses of their own (the app trusts loopback as its proxy). */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

/** Call it before `t.after(() => app.close())`, which waits for open connections. `port` is called when it is needed. */
export function slowBodies(t: TestContext, port: () => number) {
  const sockets: Socket[] = []
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  const open = (sent: string) => {
    const socket = connect(port(), '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => {})
    socket.write(sent)
    return socket
  }
  /** Sends a request without the last byte of its body of `bytes`. With `more`, its connection stays open for others. */
  const begin = (path: string, { bytes = 40, from = '192.0.2.1', chunked = false, more = false } = {}) => {
    const body = `{"a":"${'x'.repeat(bytes - 8)}"}`
    const socket = open(
      `POST ${path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${from}\r\ncontent-type: application/json\r\n` +
        (more ? '' : 'connection: close\r\n') +
        (chunked
          ? `transfer-encoding: chunked\r\n\r\n${bytes.toString(16)}\r\n${body.slice(0, -1)}`
          : `content-length: ${bytes}\r\n\r\n${body.slice(0, -1)}`),
    )
    const answer = received(socket)
    return { socket, answer, finish: () => socket.write(chunked ? '}\r\n0\r\n\r\n' : '}') }
  }
  const send = async (path: string, options: { bytes?: number; from?: string } = {}) => {
    const { answer, finish } = begin(path, options)
    finish()
    return statusOf(await answer)
  }
  return { begin, send, open }
}

export const statusOf = (answer: string) => Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1])

/** Resolves all that came until the connection ended, in whatever way. */
export const received = (socket: Socket) =>
  new Promise<string>((resolve) => {
    let all = ''
    socket.setEncoding('utf8').on('data', (piece: string) => {
      all += piece
    })
    socket.once('close', () => resolve(all))
  })

/** Only so that a test that hangs fails. */
const PATIENCE_MS = 60_000

/** Repeats `probe` until it resolves `expected`. */
export async function until(expected: unknown, probe: () => Promise<unknown>) {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const found = await probe()
    if (found === expected) return
    if (performance.now() > end) assert.equal(found, expected)
    await sleep(5)
  }
}
