/** A name server on loopback, which leaves some names without an answer. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { suite, type TestContext, test } from 'node:test'
import { createPublicLookUp } from '../../src/clients/public_names.ts'

const A = 1

async function nameServer(t: TestContext, addressOf: (name: string) => string | null | undefined) {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const labels: string[] = []
    let at = 12
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length))
      at += 1 + length
    }
    const [type, end] = [query.readUInt16BE(at + 1), at + 5]
    const name = labels.join('.')
    asked.push(name)
    const found = addressOf(name)
    if (found === undefined) return
    const header = Buffer.from(query.subarray(0, 12))
    const hasAnswer = found !== null && type === A
    header.writeUInt16BE(found === null ? 0x8183 : 0x8180, 2)
    for (const [offset, count] of [
      [6, hasAnswer ? 1 : 0],
      [8, 0],
      [10, 0],
    ] as const)
      header.writeUInt16BE(count, offset)
    const record = Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 0, 0, 4])
    const answer = hasAnswer ? [record, Buffer.from(found.split('.').map(Number))] : []
    socket.send(Buffer.concat([header, query.subarray(12, end), ...answer]), port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  t.after(() => socket.close())
  return { asked, lookUp: createPublicLookUp([`127.0.0.1:${socket.address().port}`]) }
}

suite('looking up names', () => {
  test('names whose server says nothing delay no other, and end when it is said (W5)', async (t) => {
    const { lookUp } = await nameServer(t, (name) => (name.startsWith('slow') ? undefined : '192.0.2.7'))
    const controller = new AbortController()
    const slow = Array.from({ length: 64 }, (_, n) => lookUp(`slow${n}.example`, controller.signal))
    const ended = Promise.allSettled(slow)
    const begun = performance.now()
    const found = await lookUp('good.example', AbortSignal.timeout(5_000))
    assert.deepEqual(found, [{ address: '192.0.2.7', family: 4 }])
    assert.ok(performance.now() - begun < 1_000)
    controller.abort()
    const outcomes = (await ended).map(({ status }) => status)
    assert.deepEqual(new Set(outcomes), new Set(['rejected']))
    assert.ok(performance.now() - begun < 1_500)
  })

  test('a name that is not there is an error that says so; a name of this machine is none of DNS', async (t) => {
    const { lookUp, asked } = await nameServer(t, () => null)
    const { signal } = new AbortController()
    await assert.rejects(lookUp('gone.example', signal), /ENOTFOUND gone\.example/)
    await assert.rejects(lookUp('localhost', signal), /ENOTFOUND/)
    assert.deepEqual(new Set(asked), new Set(['gone.example', 'localhost']))
  })
})
