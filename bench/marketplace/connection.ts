/**
 * One keep-alive connection, one request at a time. HTTP/1.1 by hand, because the clients share the cores with the services. It
 * reads answers with `content-length` and those without a body, which is all that the services send to these requests.
 */
import { connect, type Socket } from 'node:net'
import { NoAnswer } from '../../tests/system/calls.ts'

export type Reply = {
  readonly status: number
  /** JSON, or empty. */
  readonly text: string
}

export type Connection = {
  /** Fails with NoAnswer only; the next request opens a new connection. */
  send(head: string, body?: string): Promise<Reply>
  close(): void
}

const ANSWER_MS = 30_000
const HEAD_END = '\r\n\r\n'
const LENGTH = /\r\ncontent-length: *(\d+)/i

type Waiting = { resolve(reply: Reply): void; reject(error: NoAnswer): void }

export function openConnection(origin: string): Connection {
  const { hostname, port } = new URL(origin)
  let socket: Socket | undefined
  let waiting: Waiting | undefined
  let received: Buffer | undefined

  const fail = (from: Socket, reason: string) => {
    if (socket !== from) return
    socket = undefined
    received = undefined
    from.destroy()
    const failed = waiting
    waiting = undefined
    failed?.reject(new NoAnswer(`${origin}: ${reason}`))
  }

  const open = (): Socket => {
    const opened = connect({ host: hostname, port: Number(port), noDelay: true })
    opened.setTimeout(ANSWER_MS, () => {
      if (waiting) fail(opened, `no answer within ${ANSWER_MS} ms`)
    })
    opened.on('error', (error) => fail(opened, error.message))
    opened.on('close', () => fail(opened, 'the connection was closed'))
    opened.on('data', (chunk: Buffer) => {
      const bytes = received === undefined ? chunk : Buffer.concat([received, chunk])
      received = bytes
      const reply = parse(bytes)
      if (reply === undefined || socket !== opened) return
      received = undefined
      const answered = waiting
      waiting = undefined
      answered?.resolve(reply)
    })
    return opened
  }

  return {
    send(head, body = '') {
      if (waiting) throw new Error('One request at a time')
      socket ??= open()
      const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`
      const answer = new Promise<Reply>((resolve, reject) => {
        waiting = { resolve, reject }
      })
      socket.write(`${head}Host: shop\r\n${length}\r\n${body}`)
      return answer
    },
    close() {
      const closed = socket
      socket = undefined
      closed?.destroy()
    },
  }
}

/** Undefined until the whole answer is there. */
function parse(bytes: Buffer): Reply | undefined {
  const end = bytes.indexOf(HEAD_END, 0, 'latin1')
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end)
  const begin = end + HEAD_END.length
  const length = Number(LENGTH.exec(head)?.[1] ?? 0)
  if (bytes.length < begin + length) return undefined
  // "HTTP/1.1 200 …"
  return { status: Number(head.slice(9, 12)), text: bytes.toString('utf8', begin, begin + length) }
}
