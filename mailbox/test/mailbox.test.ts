import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { createTransport } from 'nodemailer'
import { createMailbox } from '../src/app.ts'
import { createMessages, MESSAGE_BYTES_MAX, MESSAGES_MAX, TOTAL_BYTES_MAX } from '../src/messages.ts'
import { createSmtpServer } from '../src/smtp.ts'

const AT = new Date('2026-05-01T08:00:00.000Z')

async function world(t: TestContext) {
  const messages = createMessages(() => AT)
  const smtp = createSmtpServer(messages)
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise<void>((done) => smtp.close(() => done())))
  const { port } = smtp.server.address() as { port: number }
  const transport = createTransport(`smtp://127.0.0.1:${port}`)
  const send = (mail: object) =>
    transport.sendMail({ from: 'shop@shop.example', to: 'ada@example.com', subject: 'Hello', ...mail })
  const app = createMailbox(messages)
  t.after(() => app.close())
  const get = (url: string, host = 'localhost:8025') => app.inject({ url, headers: { host } })
  return { messages, send, get }
}

const source = (n: number, size = 0) => `Subject: ${n}\r\n\r\n${'x'.repeat(size)}`

suite('the mailbox', () => {
  test('a mail that was sent can be read, as text and as HTML', async (t) => {
    const { send, get } = await world(t)
    await send({
      text: 'See https://shop.example/x#token=a&b now',
      html: '<p>Grüße</p>',
      messageId: '<a@shop.example>',
    })
    const { messages } = (await get('/messages')).json()
    assert.partialDeepStrictEqual(messages, [
      {
        id: 1,
        to: ['ada@example.com'],
        subject: 'Hello',
        messageId: '<a@shop.example>',
        html: '<p>Grüße</p>\n',
      },
    ])
    assert.match((await get('/')).body, /<a href="\/messages\/1">Hello<\/a>/)
    const page = (await get('/messages/1')).body
    assert.match(page, /<a href="https:\/\/shop\.example\/x#token=a&#38;b" target="_blank" rel="noreferrer">/)
    assert.match(
      page,
      /<iframe title="[^"]+" sandbox="allow-popups allow-popups-to-escape-sandbox" src="\/messages\/1\/html">/,
    )
    assert.equal((await get('/messages/1/html')).body.trim(), '<base target="_blank"><p>Grüße</p>')
    assert.match((await get('/messages/1/source')).body, /^Message-ID: <a@shop\.example>\r$/m)
    assert.equal((await get('/messages/2')).statusCode, 404)
  })

  test('1: it answers to names of this machine alone', async (t) => {
    const { get } = await world(t)
    for (const host of ['127.0.0.1:8025', 'localhost', '[::1]:8025'])
      assert.equal((await get('/', host)).statusCode, 200)
    for (const host of ['evil.example:8025', 'localhost.evil.example']) {
      const { statusCode, body } = await get('/messages', host)
      assert.deepEqual([statusCode, body.includes('messages')], [421, false])
    }
  })

  test('2: hostile mails run nothing, load nothing, and add no element to the pages', async (t) => {
    const { messages, get } = await world(t)
    const evil = '</pre></title><script>alert(1)</script><img src=x>'
    await messages.add(
      `Subject: ${evil}\r\nMessage-ID: ${evil}\r\nContent-Type: text/html\r\n\r\n<head><meta http-equiv="refresh" content="0;url=x"></head>${evil}`,
      evil,
      [evil],
    )
    for (const path of ['/', '/messages/1']) {
      const { body, headers } = await get(path)
      assert.doesNotMatch(body, /<script|<img/)
      assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/)
    }
    const { headers, body } = await get('/messages/1/html')
    assert.match(body, /^<head><base target="_blank">/)
    const csp = String(headers['content-security-policy'])
    assert.match(csp, /default-src 'none'.*form-action 'none'.*sandbox allow-popups /)
    assert.doesNotMatch(csp, /allow-scripts|allow-same-origin|https?:/)
    assert.match(String((await get('/messages/1/source')).headers['content-type']), /^text\/plain/)
  })

  test('memory is bounded: by number, by size of one, and by size of all', async (t) => {
    const { messages, send } = await world(t)
    for (let n = 1; n <= MESSAGES_MAX + 2; n++) await messages.add(source(n), '', [])
    assert.deepEqual([messages.list().length, messages.list().at(-1)!.subject], [MESSAGES_MAX, '3'])
    const fit = Math.floor(TOTAL_BYTES_MAX / MESSAGE_BYTES_MAX)
    for (let n = 0; n <= fit; n++) await messages.add(source(n, MESSAGE_BYTES_MAX - 20), '', [])
    assert.equal(messages.list().length, fit)
    await assert.rejects(send({ text: 'x'.repeat(MESSAGE_BYTES_MAX + 1) }), /552/)
  })
})
