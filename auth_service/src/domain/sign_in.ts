/**
 * Logging in, and a mail to the owner of the account when it was a client that was not seen before: another browser, or another
 * network. It is stored before the session begins, so a process that dies leaves no sign-in without its mail.
 */
import {
  type AccountPorts,
  type Caller,
  type Credentials,
  type LoggedIn,
  logInBy,
  provenAccount,
} from './accounts.ts'
import { timeAfter } from './clocks.ts'
import { type MailPorts, newMail } from './mails.ts'
import type { Account } from './ports.ts'
import { KNOWN_ADDRESS_MS, seenKey } from './throttling.ts'

export type SignInPorts = AccountPorts & MailPorts

/** Rejects with `invalid_credentials`, `too_many_attempts` or `overloaded`. */
export async function signIn(
  ports: SignInPorts,
  credentials: Credentials,
  caller: Caller,
): Promise<LoggedIn> {
  const proven = await provenAccount(ports, credentials, caller)
  await noticeClient(ports, proven.account, caller)
  return logInBy(ports, proven, caller)
}

export async function noticeClient(ports: SignInPorts, account: Account, caller: Caller): Promise<void> {
  const { throttle, now } = ports
  const at = now()
  const key = seenKey(account.id, caller.address, caller.client)
  const isSeen = await throttle.remembers(key, at)
  if (!isSeen && ports.sendsMail && account.verifiedEmail !== null) {
    const { client = '', language } = caller
    await ports.mails.add(
      newMail(ports, {
        ...{ kind: 'new_sign_in', userId: account.id, details: { client, at: at.toISOString() } },
        ...(language === undefined ? {} : { language }),
      }),
    )
    ports.onMail()
  }
  await throttle.remember(key, timeAfter(at, KNOWN_ADDRESS_MS))
}
