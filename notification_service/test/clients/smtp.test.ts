/** Against a server that speaks SMTP. */
import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { createSmtp, secured } from '../../src/clients/smtp.ts'

const MAIL = {
  ...{ from: { name: 'Cups "&" Co', address: 'orders@shop.example' }, to: 'ada@example.com' },
  ...{ subject: 'Grüße', text: 'Plain.\n', html: '<p>HTML</p>', messageId: '<a.1@shop.example>' },
}

async function server(t: TestContext, options: SMTPServerOptions = {}) {
  const received: { readonly raw: string; readonly to: readonly string[] }[] = []
  const smtp = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false },
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        received.push({
          raw: Buffer.concat(parts).toString(),
          to: envelope.rcptTo.map(({ address }) => address),
        })
        done()
      })
    },
    ...options,
  })
  const listening = await new Promise<{ port: number }>((resolve) => {
    const net = smtp.listen(0, '127.0.0.1', () => resolve(net.address() as { port: number }))
  })
  t.after(() => new Promise<void>((done) => smtp.close(() => done())))
  const url = `smtp://127.0.0.1:${listening.port}`
  return { received, send: createSmtp({ url, runtime: systemRuntime, sendMs: 5_000 }) }
}

const refusal = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code })

suite('handing a mail to its server', () => {
  test('it has both forms, one receiver, its Message-ID, and says that a program wrote it', async (t) => {
    const { received, send } = await server(t)
    assert.deepEqual(await send(MAIL), { outcome: 'sent' })
    const [{ raw, to }] = received as [(typeof received)[number]]
    assert.deepEqual(to, ['ada@example.com'])
    for (const header of [
      /^Message-ID: <a\.1@shop\.example>\r$/m,
      /^From: "Cups \\"&\\" Co" <orders@shop\.example>\r$/m,
      /^To: ada@example\.com\r$/m,
      /^Subject: =\?UTF-8\?/m,
      /^Auto-Submitted: auto-generated\r$/m,
      /multipart\/alternative/,
      /text\/plain/,
      /text\/html/,
    ])
      assert.match(raw, header)
  })

  test('hostile values add no header and no receiver', async (t) => {
    const { received, send } = await server(t)
    await send({
      ...MAIL,
      subject: 'a\r\nBcc: eve@example.com\r\n\r\nbody',
      from: { name: 'x\r\nBcc: eve@example.com', address: MAIL.from.address },
      text: '\r\n.\r\nRCPT TO:<eve@example.com>\r\n',
    })
    const [{ raw, to }] = received as [(typeof received)[number]]
    assert.deepEqual([to, /^bcc:/im.test(raw), received.length], [['ada@example.com'], false, 1])
  })

  test('a receiver that does not exist is refused; another fault is one that ends. No reason names the receiver (M5)', async (t) => {
    const refusing = await server(t, {
      onRcptTo: ({ address }, _session, done) => done(refusal(550, `no <${address.toUpperCase()}>`)),
    })
    const refused = await refusing.send(MAIL)
    assert.equal(refused.outcome, 'refused')
    assert.ok('reason' in refused && refused.reason.includes('550 no <(receiver)>'), JSON.stringify(refused))
    const busy = await server(t, { onRcptTo: (_to, _session, done) => done(refusal(450, 'later')) })
    assert.equal((await busy.send(MAIL)).outcome, 'failed')
    const unwilling = await server(t, {
      onMailFrom: (_from, _session, done) => done(refusal(553, 'not you')),
    })
    assert.equal((await unwilling.send(MAIL)).outcome, 'failed')
    const disgusted = await server(t, {
      onData: (stream, _session, done) => {
        stream.resume()
        stream.on('end', () => done(refusal(554, 'spam '.repeat(200))))
      },
    })
    const spam = await disgusted.send(MAIL)
    assert.ok(spam.outcome === 'refused' && spam.reason.length === 300)
  })

  test('no server, and one that says nothing, are failures that end in time', async (t) => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    t.after(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })
    const { port } = silent.address() as { port: number }
    const send = (at: number) =>
      createSmtp({ url: `smtp://127.0.0.1:${at}`, runtime: systemRuntime, sendMs: 50 })(MAIL)
    const begun = performance.now()
    assert.deepEqual(await send(port), { outcome: 'failed', reason: 'There was no answer within 0.05 s.' })
    assert.ok(performance.now() - begun < 10_000)
    assert.equal((await send(1)).outcome, 'failed')
    // Its connection was closed, too.
    await new Promise((resolve) =>
      sockets[0]!.destroyed ? resolve(undefined) : sockets[0]!.resume().once('close', resolve),
    )
  })

  test('a server elsewhere must encrypt, unless the operator says otherwise', () => {
    assert.equal(
      secured('smtp://u:p@smtp.example.com:587'),
      'smtp://u:p@smtp.example.com:587?requireTLS=true',
    )
    for (const url of ['smtps://smtp.example.com', 'smtp://relay?ignoreTLS=true', 'smtp://127.0.0.1:2525'])
      assert.equal(secured(url), url)
  })

  test('without encryption a server elsewhere gets nothing', async (t) => {
    const plain = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], logger: false })
    const port = await new Promise<number>((resolve) => {
      const net = plain.listen(0, '127.0.0.1', () => resolve((net.address() as { port: number }).port))
    })
    t.after(() => new Promise<void>((done) => plain.close(() => done())))
    const url = `smtp://127.0.0.1:${port}?requireTLS=true`
    const outcome = await createSmtp({ url, runtime: systemRuntime, sendMs: 2_000 })(MAIL)
    assert.equal(outcome.outcome, 'failed')
  })
})
