// It is long because it is one list of texts: those of all pages of an account, which load together.
import type { ReactNode } from 'react'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('en')

/** What several parts have. */
const common = {
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Your browser did not let us copy. Please select the text.',
  print: 'Print',
  cancel: 'Cancel',
  loading: 'Loading …',
  notShown: 'We could not show this part',
}

/** Asked before a change that an access token alone does not allow. */
const confirmPassword = {
  title: 'Is it you?',
  more: 'You signed in a while ago. Please type your current password to go on.',
  field: 'Current password',
  confirm: 'Continue',
  failed: 'We could not check your password',
}

const signIn = {
  forgot: 'Forgot your password?',
  or: 'or',
  passkey: 'Use a passkey',
  passkeyFailed: 'Signing in with a passkey did not work',
  codeTitle: 'One more step',
  codeMore: 'Type the code that your authenticator app shows, or one of your recovery codes.',
  code: 'Code',
  codeHint: 'Six digits, or a recovery code',
  codeFailed: 'We could not check the code',
  continue: 'Continue',
  another: 'Sign in as someone else',
  wrongCode: 'This code is not valid, or was used already.',
  tookTooLong: 'That took too long. Please sign in again.',
  noAccount: 'Bought without an account?',
  findOrder: 'Find your order',
}

const forgot = {
  title: 'Forgot your password',
  more: 'We send a link for a new password to the confirmed address of the account.',
  name: 'Username or e-mail address',
  send: 'Send the link',
  failed: 'We could not send a link',
  sentTitle: 'Please look into your mailbox',
  sent: 'If there is such an account and it has a confirmed address, a link is on its way. It works once, and for half an hour.',
  noMail: 'No address, or no mail? Someone who runs the shop can make you a link.',
  back: 'Back to signing in',
}

const findOrder = {
  title: 'Find your order',
  more: 'You ordered without an account? We send the link to your order once more, to the address that you gave.',
  number: 'Order number',
  numberHint: 'It is in our mails, such as #10042.',
  email: 'E-mail address of the order',
  wrongNumber: 'An order number has five digits or more, such as #10042.',
  wrongEmail: 'This does not look like an e-mail address.',
  sent: 'If there is such an order with this address, its link is on its way. We send it at most once in 15 minutes.',
  toOrders: 'Sign in to see the orders of an account',
}

const reset = {
  title: 'A new password',
  more: 'All devices then have to sign in again.',
  save: 'Save the password',
  failed: 'We could not save the password',
  done: 'Your password is changed',
  doneMore: 'You can sign in with it now.',
  badLink: 'This link does not work any more',
  badLinkMore: 'Links work once, and not for long. You can ask for a new one.',
  askAgain: 'Ask for a new link',
}

const verify = {
  title: 'Confirm your e-mail address',
  more: 'You opened the link that we sent to this mailbox.',
  confirm: 'Confirm the address',
  failed: 'We could not confirm the address',
  done: 'Your address is confirmed',
  doneMore: 'You can use it when you forget your password.',
  badLink: 'This link does not work any more',
  badLinkMore: 'Links work once, and not for long. In your account you can have a new one sent.',
  taken: 'Another account has this address',
  takenMore: 'It was confirmed for that account first.',
  toAccount: 'To your account',
}

const email = {
  title: 'E-mail address',
  more: 'For a new password when you forgot yours, and to notice when someone else signs in.',
  label: 'E-mail address',
  add: 'Save and send a link',
  change: 'Change the address',
  remove: 'Remove the address',
  removeAsk: 'Remove your e-mail address?',
  removeMore: 'Without an address you cannot get a new password by mail.',
  proved: 'Confirmed',
  waiting: 'Not confirmed yet',
  waitingMore: (address: ReactNode) =>
    sentence`We sent a link to ${address}. The address counts once you opened it.`,
  keptMeanwhile: (address: ReactNode) => sentence`Until then ${address} stays your address.`,
  resend: 'Send the link again',
  sent: 'A link is on its way',
  saved: 'Your address is saved',
  removed: 'Your address is removed',
  failed: 'We could not change your address',
  refused: 'This is not an e-mail address.',
}

const factor = {
  title: 'Second step when signing in',
  on: 'On',
  off: 'Off',
  more: 'With an authenticator app, your password alone does not let anyone in.',
  since: (time: ReactNode) => sentence`On since ${time}.`,
  codesLeft: (n: number) =>
    count(n, { one: '# recovery code is left.', other: '# recovery codes are left.' }),
  setUp: 'Set it up',
  failed: 'We could not change the second step',
  scan: 'Scan this with your authenticator app',
  scanMore: 'Or open it on this device, or type the key into the app.',
  picture: 'QR code for the authenticator app',
  open: 'Open in an app',
  key: 'Key',
  code: 'Code from the app',
  turnOn: 'Turn it on',
  turnedOn: 'The second step is on',
  remove: 'Turn it off',
  removeTitle: 'Turn the second step off?',
  removeMore: 'Your password alone is then enough to sign in. Type a code of the app, or a recovery code.',
  removed: 'The second step is off',
  wrongCode: 'This code is not valid, or was used already.',
  exists: 'It is on already.',
  newCodes: 'New recovery codes',
}

const recovery = {
  title: 'Your recovery codes',
  more: 'Each signs you in once when you do not have your app. Keep them where your phone is not: they are not shown again.',
  list: 'Recovery codes',
  paper: (shop: string, name: string) => `Recovery codes for ${name} at ${shop}`,
  kept: 'I have kept them',
}

const passkeys = {
  title: 'Passkeys',
  more: 'Sign in with your fingerprint, your face or a security key instead of your password.',
  none: 'You have no passkeys.',
  list: 'Your passkeys',
  name: 'Name of the passkey',
  nameHint: 'So that you know it again, such as the name of the device.',
  add: 'Add a passkey',
  added: 'The passkey is added',
  addFailed: 'The passkey could not be added',
  remove: 'Remove',
  removeNamed: (name: string) => `Remove ${name}`,
  removeAsk: (name: ReactNode) => sentence`Remove ${name}?`,
  removeMore: 'It no longer signs you in. Your device may still offer it.',
  removed: 'The passkey is removed',
  removeFailed: 'The passkey could not be removed',
  since: (time: ReactNode) => sentence`Added ${time}`,
  used: (time: ReactNode) => sentence`last used ${time}`,
  never: 'never used',
  unsupported: 'This browser has no passkeys.',
  unavailable: 'This shop has no passkeys.',
  tooMany: 'You have as many passkeys as an account can have.',
  refused: 'The shop does not know this passkey, or it has changed.',
  known: 'This device has a passkey for your account already.',
  notAllowed: 'It was cancelled, or took too long.',
}

const sessions = {
  title: 'Where you are signed in',
  list: 'Your sessions',
  unknown: 'An unknown program',
  here: 'This device',
  times: (began: ReactNode, used: ReactNode) => sentence`Since ${began}, last used ${used}`,
  end: 'End',
  endNamed: (name: string) => `End ${name}`,
  ended: 'The session has ended',
  endOthers: 'End all others',
  endedOthers: 'All other sessions have ended',
  failed: 'We could not end that session',
}

const data = {
  title: 'Your data',
  more: 'A file with everything that we have stored about you: address, sessions, known devices, and your orders.',
  export: 'Download your data',
  exportFailed: 'We could not make the file',
  delete: 'Delete the account',
  deleteAsk: 'Delete your account?',
  deleteMore:
    'Your name, addresses, passkeys and sessions are erased, and you are signed out. The shop keeps the amounts of your orders; names and addresses in them are erased as soon as the law no longer asks for them. This cannot be undone.',
  deleted: 'Your account is deleted',
  deletedMore: 'Thank you for having been here.',
  deleteFailed: 'We could not delete your account',
  lastAdmin: 'You are the last admin of this shop. Make someone else an admin first.',
}

/** Why, by the code of a problem. */
const problems = {
  mailUnavailable: 'This shop sends no e-mail yet.',
  tooMany: (seconds: number) =>
    count(seconds, {
      one: 'Too many attempts. Please wait # second and try again.',
      other: 'Too many attempts. Please wait # seconds and try again.',
    }),
}

export const en = {
  common,
  confirmPassword,
  signIn,
  forgot,
  findOrder,
  reset,
  verify,
  email,
  factor,
  recovery,
  passkeys,
  sessions,
  data,
  problems,
}

/** Other languages have the same texts. */
export type OwnTexts = typeof en
