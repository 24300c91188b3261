/**
 * A TCP proxy before a MongoDB server, which can lose answers and freeze. In answers it replaces the address of the server by
 * its own (of the same length), because otherwise the driver would bypass it.
 */

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { BSON, type Document } from 'mongodb'

export type MongoProxy = {
  readonly port: number
  /**
   * Forwards the next requests that contain `text`, and instead of forwarding the answer cuts the connection, or answers with
   * `instead`.
   */
  loseAnswerTo(text: string, times?: number, instead?: Document): void
  /** Forwards the answers to the next two requests that contain `text` `ms` later. */
  holdAnswerTo(text: string, ms: number): void
  /** Answers lost or delayed so far. */
  lost(): number
  /** The commands that went through since the last call, as `insert orders`, without those of connections and monitors. */
  commands(): readonly string[]
  /** Forwards nothing in either direction until `resume`. */
  freeze(): void
  resume(): void
  close(): Promise<void>
}

const REQUEST_ID_AT = 4
const OP_MSG = 2013

const SECTION_AT = 20
const FIRST_NAME_AT = SECTION_AT + 1 + 4 + 1
const OF_CONNECTIONS = ['hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'saslStart', 'saslContinue']

/** `insert orders`: the first field of the command, and its value if that is a text. */
function commandOf(message: Buffer): string | undefined {
  if (message.readInt32LE(12) !== OP_MSG || message[SECTION_AT] !== 0) return undefined
  const name = message.toString('utf8', FIRST_NAME_AT, message.indexOf(0, FIRST_NAME_AT))
  if (OF_CONNECTIONS.includes(name)) return undefined
  const value = BSON.deserialize(
    message.subarray(SECTION_AT + 1, SECTION_AT + 1 + message.readInt32LE(SECTION_AT + 1)),
  )[name]
  return typeof value === 'string' ? `${name} ${value}` : name
}

/** An OP_MSG: a header of four numbers, no flags, one section with one document. */
export function messageOf(document: Document, responseTo: number): Buffer {
  const body = BSON.serialize(document)
  const head = Buffer.alloc(21)
  head.writeInt32LE(head.length + body.length, 0)
  head.writeInt32LE(responseTo, 8)
  head.writeInt32LE(OP_MSG, 12)
  return Buffer.concat([head, body])
}

export async function startMongoProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<MongoProxy> {
  const sockets = new Set<Socket>()
  let text: string | undefined
  let times = 0
  let lost = 0
  let replacement: Document | undefined
  let holdMs: number | undefined
  let frozen = false
  let commands: string[] = []

  const server = createServer((client) => {
    const target = connect(targetPort, targetHost)
    let losing: number | undefined
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        target.destroy()
      })
      if (frozen) socket.pause()
    }
    let unread = Buffer.alloc(0)
    const record = (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk])
      while (unread.length >= 4 && unread.length >= unread.readInt32LE(0)) {
        const command = commandOf(unread.subarray(0, unread.readInt32LE(0)))
        if (command !== undefined) commands.push(command)
        unread = unread.subarray(unread.readInt32LE(0))
      }
    }
    client.on('data', (chunk: Buffer) => {
      record(chunk)
      if (text !== undefined && times > 0 && chunk.includes(text)) {
        times--
        losing = chunk.readInt32LE(REQUEST_ID_AT)
      }
      target.write(chunk)
    })
    target.on('data', (chunk: Buffer) => {
      if (losing === undefined) return void client.write(rename(chunk))
      lost++
      if (holdMs !== undefined) setTimeout(() => client.write(rename(chunk)), holdMs)
      else if (replacement) client.write(messageOf(replacement, losing))
      else client.destroy()
      losing = undefined
    })
  })
  const rename = (chunk: Buffer) => {
    const ours = `127.0.0.1:${(server.address() as AddressInfo | null)?.port}`
    const theirs = `127.0.0.1:${targetPort}`
    if (ours.length !== theirs.length || !chunk.includes(theirs)) return chunk
    return Buffer.from(chunk.toString('latin1').replaceAll(theirs, ours), 'latin1')
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    loseAnswerTo(wanted, count = 1, instead = undefined) {
      text = wanted
      replacement = instead
      holdMs = undefined
      times = count
      lost = 0
    },
    holdAnswerTo(wanted, ms) {
      text = wanted
      holdMs = ms
      times = 2
      lost = 0
    },
    lost: () => lost,
    commands() {
      const recorded = commands
      commands = []
      return recorded
    },
    freeze() {
      frozen = true
      for (const socket of sockets) socket.pause()
    },
    resume() {
      frozen = false
      for (const socket of sockets) socket.resume()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
