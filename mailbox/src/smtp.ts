/** The server that mails are sent to. It passes none on. */
import { SMTPServer } from 'smtp-server'
import { MESSAGE_BYTES_MAX, type Messages } from './messages.ts'

const CLIENTS_MAX = 50
const IDLE_MS = 30_000

export function createSmtpServer(messages: Messages): SMTPServer {
  return new SMTPServer({
    // Only this machine reaches it.
    ...{ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], disableReverseLookup: true },
    ...{ logger: false, size: MESSAGE_BYTES_MAX, maxClients: CLIENTS_MAX, socketTimeout: IDLE_MS },
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = []
      let bytes = 0
      stream.on('data', (part: Buffer) => {
        bytes += part.length
        if (bytes <= MESSAGE_BYTES_MAX) parts.push(part)
      })
      stream.on('end', () => {
        if (bytes > MESSAGE_BYTES_MAX)
          return done(Object.assign(new Error('The message is too large'), { responseCode: 552 }))
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        const to = envelope.rcptTo.map(({ address }) => address)
        messages.add(Buffer.concat(parts).toString('utf8'), from, to).then(
          () => done(),
          () => done(Object.assign(new Error('The message cannot be read'), { responseCode: 554 })),
        )
      })
    },
  })
}
