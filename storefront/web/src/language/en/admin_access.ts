import type { ReactNode } from 'react'
import { sentence } from '../sentence.ts'

/** How an admin helps the owner of an account to get in again. */
export const access = {
  open: 'Sign-in help',
  openFor: (name: string) => `Sign-in help: ${name}`,
  title: (name: ReactNode) => sentence`Help ${name} to sign in`,
  more: 'Be sure that you help the owner of the account, and not someone who says so.',
  link: 'Make a link for a new password',
  linkMore: 'It works once and for a short time. It lets anyone who has it take over the account.',
  linkField: 'The link, shown only now',
  linkUntil: (time: ReactNode) => sentence`Works until ${time}.`,
  copy: 'Copy the link',
  copied: 'The link is copied',
  notCopied: 'Your browser did not let us copy. Please select the text.',
  linkFailed: 'We could not make a link',
  factor: 'Remove the second step',
  factorMore:
    'For someone without their authenticator app and their recovery codes: the password alone is then enough to sign in.',
  factorRemoved: (name: ReactNode) => sentence`${name} signs in without a second step now`,
  noFactor: (name: ReactNode) => sentence`${name} has no second step`,
  factorFailed: 'We could not remove the second step',
}
