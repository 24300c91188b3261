import type { ReactNode } from 'react'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('en')

export const roles = { admin: 'Admin', customer: 'Customer' }

export const account = {
  tab: 'Account',
  title: 'Your account',
  signedOut: 'You are signed out',
  signedOutMore: 'Your cart stays in this browser.',
  since: (time: ReactNode) => sentence`With us since ${time}`,
  orders: 'Orders',
  signOut: 'Sign out',
  changePassword: 'Change password',
  current: 'Current password',
  new: 'New password',
  changed: 'Your password is changed',
  changedMore: 'Other devices have to sign in again.',
  notCurrent: 'This is not your current password.',
  notShopkeeper: (name: ReactNode) =>
    sentence`You are signed in as ${name}, and that account has no admin role.`,
  factorNeeded: 'This shop wants admins to have a second step when they sign in',
  factorNeededMore: 'Until you set it up, you cannot use the admin pages.',
  toFactor: 'Set it up in your account',
}

export const signIn = {
  title: 'Sign in',
  welcome: 'Welcome back',
  register: 'Create an account',
  registerButton: 'Create account',
  username: 'Username',
  password: 'Password',
  usernameHint: (min: number, max: number) =>
    `${min} to ${max} letters, digits, dots, underscores and hyphens.`,
  passwordHint: (min: number) =>
    `At least ${min} characters; a few words are easy to remember and hard to guess.`,
  haveAccount: 'Do you have an account already?',
  newHere: 'New here?',
  wrong: 'Wrong username or password.',
  tooMany: (seconds: number) =>
    count(seconds, {
      one: 'Too many attempts. Please wait # second and try again.',
      other: 'Too many attempts. Please wait # seconds and try again.',
    }),
  taken: 'This username is already taken.',
}

/** What is wrong with a typed value. */
export const fault = {
  empty: 'Please fill this in.',
  min: (n: number) =>
    count(n, { one: 'At least # character, please.', other: 'At least # characters, please.' }),
  max: (n: number, length: number) =>
    `At most ${count(n, { other: '#' })} characters, please; these are ${count(length, { other: '#' })}.`,
  atLeast: (n: number) => count(n, { other: 'At least # characters.' }),
  subjects: {
    username: 'The username',
    password: 'The password',
    current_password: 'The current password',
    new_password: 'The new password',
  },
  /** The services say it in English; see ui/field_faults.ts. */
  of: (subject: string, message: string) => `${subject} ${message}.`,
  format: (subject: string) => `${subject} has a format that is not allowed.`,
}

/** Why a new password was refused, by the `reason` of the problem. */
export const passwords = {
  malformed: 'The password is not valid Unicode text.',
  blank: 'The password has only spaces or invisible characters.',
  too_short: 'The password is too short.',
  too_long: 'The password is too long.',
  same_as_username: 'The password must not be the username.',
  too_common: 'The password is one of the most common ones; choose another.',
}
