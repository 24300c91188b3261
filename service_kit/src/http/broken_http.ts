/**
 * Answers requests that are not HTTP, stay incomplete, or are refused by Node itself. No route and no hook sees them, so
 * their problem documents are made here.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Problem } from '../runtime/problem.ts'
import { describeProblem, KIT_PROBLEMS } from './problems.ts'

const BROKEN = { status: 400, detail: 'This is not a valid HTTP request.' }
const LATE = 'ERR_HTTP_REQUEST_TIMEOUT'
const BY_CODE: ReadonlyMap<string | undefined, typeof BROKEN> = new Map([
  ['HPE_HEADER_OVERFLOW', { status: 431, detail: 'The headers are larger than allowed.' }],
  [LATE, { status: 408, detail: 'The request did not arrive in time.' }],
])

/** `newId` makes the request ids of these answers. */
export function createBrokenHttp(newId: () => string) {
  /** For the server's `clientError`: answers, and closes the connection. */
  function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    const { status, detail } = BY_CODE.get(error.code) ?? BROKEN
    const { body, headers } = problemOf(newId(), status, detail)
    if (socket.writable) {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
    }
    socket.destroy(error)
  }

  /** For a request whose body did not come in time: as above, unless its answer has begun. */
  function endLate({ socket }: IncomingMessage, response: ServerResponse): void {
    const error = Object.assign(new Error('The request did not arrive in time'), { code: LATE })
    if (response.headersSent) socket.destroy(error)
    else answerBrokenHttp(error, socket)
  }

  /** For the server's `checkExpectation`: any but `100-continue`, which Node handles. The body is not read. */
  function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
    const { body, headers } = problemOf(newId(), 417, 'The only expectation met here is 100-continue.')
    response.writeHead(417, headers).end(body)
  }

  return { answerBrokenHttp, endLate, answerExpectation }
}

function problemOf(id: string, status: number, detail: string) {
  const { document } = describeProblem(new Problem('bad_request', detail), KIT_PROBLEMS, {
    id,
    headers: {},
    principal: undefined,
  })
  const body = JSON.stringify({ ...document, status })
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    Connection: 'close',
    'X-Request-Id': document.request_id,
  }
  return { body, headers }
}
