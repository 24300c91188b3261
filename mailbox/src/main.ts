/** The process. It refuses to run in production, because it sends no mail to anybody. */
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createMailbox } from './app.ts'
import { createMessages } from './messages.ts'
import { createSmtpServer } from './smtp.ts'

const { env } = process
const LOOPBACK = '127.0.0.1'
const DEFAULTS = { port: 8025, smtpPort: 2525 }

if (env.NODE_ENV === 'production') {
  process.stderr.write('The mailbox is not for production: set SMTP_URL of notification_service.\n')
  process.exit(1)
}
const messages = createMessages(systemRuntime.now)
const smtp = createSmtpServer(messages)
smtp.on('error', () => {})
const smtpPort = Number(env.SMTP_PORT || DEFAULTS.smtpPort)
await new Promise<void>((resolve, reject) => {
  smtp.server.once('error', reject)
  smtp.listen(smtpPort, LOOPBACK, resolve)
})
const app = createMailbox(messages)
const address = await app.listen({ host: LOOPBACK, port: Number(env.PORT || DEFAULTS.port) })
process.stdout.write(`mailbox at ${address}, SMTP on port ${smtpPort}\n`)
const stop = () => {
  smtp.close()
  void app.close().then(() => process.exit(0))
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
process.once('disconnect', stop)
