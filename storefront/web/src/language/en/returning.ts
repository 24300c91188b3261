/** What a buyer reads of returns, and of the withdrawal from a contract. */
import type { ReactNode } from 'react'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('en')

export const withdraw = {
  title: 'Withdraw from contract',
  more: 'Here you can withdraw from a purchase. You need no account and no reason. You get a receipt with date and time.',
  statement: 'Your statement',
  orderNumber: 'Order number',
  orderNumberHint: 'It is in the messages about your order, and on its page.',
  name: 'Your name',
  email: 'E-mail address',
  emailHint: 'The one of the order, if you can. Your receipt goes there.',
  which: 'What you withdraw from',
  whole: 'The whole order',
  some: 'Some of the goods',
  goods: 'Which goods',
  goodsHint: 'As on the order, with their quantities.',
  goodsNeeded: 'Say which goods.',
  next: 'Continue',
  checkTitle: 'Is everything right?',
  checkMore: 'Nothing is sent before you confirm it.',
  sentence: (order: ReactNode, name: ReactNode) =>
    sentence`I, ${name}, withdraw from the contract about the order ${order}.`,
  confirm: 'Confirm withdrawal',
  change: 'Change it',
  failed: 'Your withdrawal did not arrive yet',
  failedMore: 'You can confirm it again: it counts once.',
  tooMany: (minutes: number) =>
    count(minutes, {
      one: 'Many statements came from here. Please try again in a minute, or write to us.',
      other: 'Many statements came from here. Please try again in # minutes, or write to us.',
    }),
  doneTitle: 'Your withdrawal has arrived',
  doneMore: 'This is your receipt. What was not sent yet is cancelled; what you have, you send back to us.',
  received: 'Received',
  receipt: 'Receipt',
  mailed: (email: ReactNode) => sentence`We are also sending this receipt to ${email} by e-mail.`,
  notMailed: 'This shop sends no e-mail: please print or save this page.',
  print: 'Print',
  another: 'Withdraw from another order',
}

export const returns = {
  title: 'Returns',
  ask: 'Return items',
  askTitle: 'What do you want to return?',
  askMore: 'We look at it and write to you how to send it back.',
  units: (left: number) => count(left, { one: 'Units, at most #', other: 'Units, at most #' }),
  reason: 'Why (optional)',
  send: 'Ask for the return',
  keep: 'Not now',
  nothing: 'Choose at least one item.',
  failed: 'The return was not asked for',
  asked: 'We have your return',
  notShown: 'We could not show the returns',
  at: (time: ReactNode) => sentence`Asked for on ${time}`,
  times: (units: string, name: ReactNode) => sentence`${units} × ${name}`,
  note: (text: ReactNode) => sentence`From the shop: ${text}`,
  byWithdrawal: 'By your withdrawal from the contract.',
  states: {
    requested: 'We are looking at it',
    accepted: 'Accepted: please send it back',
    refused: 'Refused',
    received: 'Arrived',
  },
  refunds: {
    none: '',
    owed: 'Your money is being given back.',
    unpaid: 'Your money is given back once the invoice is paid.',
    pending: 'Your money is on its way.',
    done: 'Your money was given back.',
    refused: 'Nothing was given back automatically. Please ask us.',
  },
  refunded: (amount: ReactNode) => sentence`Refund: ${amount}.`,
  setOff: (amount: ReactNode) => sentence`Given back before: ${amount}.`,
}
