/**
 * One member of a replica set as far as its administration goes: the wire protocol, signing in by SCRAM-SHA-256, and the
 * commands of deploy/mongo, which change a state that tests read. It stores no documents. No real mongod runs in our
 * tests, and the wire-compatible server of the others has none of these commands.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { BSON, type Document } from 'mongodb'

const OP_MSG = 2013
const OP_QUERY = 2004
const OP_REPLY = 1
const ITERATIONS = 4096
const NOT_YET_INITIALIZED = { code: 94, codeName: 'NotYetInitialized' }
const FAILED = { code: 18, codeName: 'AuthenticationFailed' }

export type Member = {
  readonly host: string
  readonly state: {
    readonly users: Map<string, { pwd: string; roles: unknown }>
    config: Document | undefined
    defaults: Document | undefined
    /** What `replSetGetStatus` says of the members, for each time that it is asked. */
    status: (asked: number) => readonly Document[]
    /** Every command that changes something, in order. */
    readonly changes: string[]
  }
  close(): Promise<void>
}

export async function startMember(port: number, rootPassword: string): Promise<Member> {
  const host = `127.0.0.1:${port}`
  const sockets = new Set<Socket>()
  let asked = 0
  const state: Member['state'] = {
    users: new Map([['root', { pwd: rootPassword, roles: ['root'] }]]),
    ...{ config: undefined, defaults: undefined, status: () => [], changes: [] },
  }
  const usersNamed = (user: string) => {
    const found = state.users.get(user)
    return found ? [{ user, roles: found.roles }] : []
  }
  const answer = (command: Document, session: { user?: string; scram?: Scram }): Document => {
    const [name = ''] = Object.keys(command)
    const reply = (rest: Document = {}) => ({ ok: 1, ...rest })
    const refuse = (errmsg: string, codes: { code: number; codeName: string }) => ({
      ...{ ok: 0, errmsg },
      ...codes,
    })
    if (/^(hello|ismaster)$/i.test(name)) {
      const set = state.config && { setName: 'rs0', hosts: [host], primary: host, me: host, setVersion: 1 }
      return reply({
        ...set,
        ...{ isWritablePrimary: Boolean(set), ismaster: Boolean(set), helloOk: true },
        ...{ minWireVersion: 0, maxWireVersion: 25, maxBsonObjectSize: 16_777_216 },
        ...{ maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000, logicalSessionTimeoutMinutes: 30 },
      })
    }
    if (name === 'saslStart') {
      session.scram = startScram(command.payload.toString('utf8'), (user) => state.users.get(user)?.pwd)
      return reply({ conversationId: 1, done: false, payload: Buffer.from(session.scram.first) })
    }
    if (name === 'saslContinue') {
      const signature = session.scram?.finish(command.payload.toString('utf8'))
      if (signature === undefined) return refuse('Authentication failed.', FAILED)
      session.user = session.scram!.user
      return reply({ conversationId: 1, done: true, payload: Buffer.from(signature) })
    }
    if (session.user === undefined && !['ping', 'buildInfo', 'endSessions'].includes(name)) {
      return refuse(`Command ${name} requires authentication`, { code: 13, codeName: 'Unauthorized' })
    }
    switch (name) {
      case 'replSetGetStatus':
        return state.config
          ? reply({ set: 'rs0', members: state.status(asked++) })
          : refuse('no config', NOT_YET_INITIALIZED)
      case 'replSetStepDown':
        break
      case 'replSetInitiate':
        state.config = { ...command.replSetInitiate, version: 1 }
        break
      case 'replSetGetConfig':
        return reply({ config: state.config })
      case 'replSetReconfig':
        if (command.replSetReconfig.version !== state.config!.version + 1) {
          return refuse('version', { code: 103, codeName: 'NewReplicaSetConfigurationIncompatible' })
        }
        state.config = command.replSetReconfig
        break
      case 'usersInfo':
        return reply({ users: usersNamed(command.usersInfo) })
      case 'createUser':
      case 'updateUser':
        state.users.set(command[name], { pwd: command.pwd, roles: command.roles })
        break
      case 'grantRolesToUser': {
        const { pwd, roles } = state.users.get(command.grantRolesToUser) as { pwd: string; roles: Document[] }
        state.users.set(command.grantRolesToUser, { pwd, roles: [...roles, ...command.roles] })
        break
      }
      case 'setDefaultRWConcern':
        state.defaults = command.defaultWriteConcern
        return reply()
      default:
        return reply()
    }
    state.changes.push(`${name} ${typeof command[name] === 'string' ? command[name] : ''}`.trim())
    return reply()
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    const session = {}
    let received = Buffer.alloc(0)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    socket.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data])
      while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
        const message = received.subarray(0, received.readInt32LE(0))
        received = received.subarray(message.length)
        socket.write(replyTo(message, (command) => answer(command, session)))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    host,
    state,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function replyTo(message: Buffer, answer: (command: Document) => Document): Buffer {
  const [id, kind] = [message.readInt32LE(4), message.readInt32LE(12)]
  if (kind === OP_QUERY) {
    // The first hello of a connection: flags, the name of the collection, two numbers, the document.
    const document = message.subarray(message.indexOf(0, 20) + 9)
    const head = Buffer.alloc(20)
    head.writeInt32LE(1, 16)
    return framed(id, OP_REPLY, head, BSON.serialize(answer(BSON.deserialize(document))))
  }
  const body = BSON.deserialize(message.subarray(21), { promoteBuffers: true })
  return framed(id, OP_MSG, Buffer.alloc(5), BSON.serialize(answer(body)))
}

function framed(id: number, kind: number, ...parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(16)
  head.writeInt32LE(16 + parts.reduce((sum, part) => sum + part.length, 0), 0)
  head.writeInt32LE(id, 8)
  head.writeInt32LE(kind, 12)
  return Buffer.concat([head, ...parts])
}

type Scram = { readonly user: string; readonly first: string; finish(last: string): string | undefined }

/** RFC 5802 with SHA-256, without channel binding. */
function startScram(first: string, passwordOf: (user: string) => string | undefined): Scram {
  const bare = first.slice(3)
  const [, user = '', nonce = ''] = /^n=([^,]*),r=(.*)$/.exec(bare)!
  const salt = randomBytes(16)
  const challenge = `r=${nonce}${randomBytes(18).toString('base64')},s=${salt.toString('base64')},i=${ITERATIONS}`
  return {
    user,
    first: challenge,
    finish(last) {
      const [, bound = '', proof = ''] = /^(.*),p=(.*)$/.exec(last)!
      const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
      const salted = pbkdf2Sync(passwordOf(user) ?? randomBytes(9), salt, ITERATIONS, 32, 'sha256')
      const text = `${bare},${challenge},${bound}`
      const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest()
      const mask = hmac(stored, text)
      const clientKey = Uint8Array.from(Buffer.from(proof, 'base64'), (byte, i) => byte ^ mask[i]!)
      if (!createHash('sha256').update(clientKey).digest().equals(stored)) return undefined
      return `v=${hmac(hmac(salted, 'Server Key'), text).toString('base64')}`
    },
  }
}
