/**
 * Requests that are not even HTTP, or never become whole: no route and no hook ever sees them, so they are answered
 * here, on the bare socket, by a problem document like every other error.
 */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { describeProblem, KIT_PROBLEMS, Problem } from './problem.ts'

const BROKEN = { status: 400, detail: 'This is not a valid HTTP request.' }
const BY_CODE: ReadonlyMap<string | undefined, typeof BROKEN> = new Map([
  ['HPE_HEADER_OVERFLOW', { status: 431, detail: 'The headers are larger than allowed.' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, detail: 'The request did not arrive in time.' }],
])

/** For the server's `clientError`: answers, and ends the connection. */
export function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const { status, detail } = BY_CODE.get(error.code) ?? BROKEN
  const { document } = describeProblem(new Problem('bad_request', detail), KIT_PROBLEMS, randomUUID())
  const body = JSON.stringify({ ...document, status })
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n` +
        `X-Request-Id: ${document.request_id}\r\n\r\n${body}`,
    )
  }
  socket.destroy(error)
}
