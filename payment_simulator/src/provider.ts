/** The provider as one object: its API as functions, and time, which decides what is due. Every function is one transaction. */
import { missing } from './api_errors.ts'
import { type Bank, type BankOptions, createBank } from './bank.ts'
import { type Form, formIn, integerIn, listIn, textIn } from './form.ts'
import type { Stored } from './objects.ts'
import { createIntents, type Intent } from './payment_intents.ts'
import { createRefunds, type Refund } from './refunds.ts'
import { createSessions, type Session } from './sessions.ts'

const LIMIT_DEFAULT = 10
const LIMIT_MAX = 100

export type Provider = ReturnType<typeof createProvider>

export function createProvider(options: BankOptions & { readonly pageUrl: () => string }) {
  const bank = createBank(options)
  const intents = createIntents(bank)
  const sessions = createSessions(bank, intents, options.pageUrl)
  const refunds = createRefunds(bank, intents)
  const isOpen = (id: string) => sessions.find(id).status === 'open'

  /** What time changes: sessions that are over, authorisations that are lost, answers of slow banks, pending refunds. */
  const settle = () => {
    for (const object of bank.objects.due(bank.now())) {
      if (object.object === 'checkout.session') sessions.end(object as Session)
      else if (object.object === 'refund') refunds.decide(object as Refund)
      else if (object.object === 'payment_intent') settleIntent(object as Intent)
    }
  }
  const settleIntent = (intent: Intent) => {
    if (intent.status === 'requires_capture') intents.end(intent, 'automatic')
    else if (intent.status === 'processing' && intent.accepted) intents.authorise(intent)
    else if (intent.status === 'processing') intents.decline(intent, 'card_declined', 'generic_decline')
  }

  return { bank, intents, sessions, refunds, isOpen, settle, ...readersOf(bank) }
}

/** `object` with the objects that `expand[]` names in place of their ids. */
function readersOf(bank: Bank) {
  const KINDS: Readonly<Record<string, string>> = {
    payment_intent: 'payment_intent',
    latest_charge: 'charge',
    charge: 'charge',
  }
  const expandPath = (object: Stored, [field = '', ...rest]: readonly string[]): Stored => {
    const value = object[field]
    const kind = KINDS[field]
    if (kind === undefined || value === null || value === undefined) return object
    const inner = typeof value === 'string' ? bank.objects.find(kind, value) : (value as Stored)
    return inner ? { ...object, [field]: rest.length === 0 ? inner : expandPath(inner, rest) } : object
  }
  const expanded = (object: Stored, form: Form): Stored =>
    listIn(form, 'expand').reduce<Stored>((seen, path) => expandPath(seen, String(path).split('.')), object)

  return {
    expanded,
    get(kind: string, id: string): Stored {
      const found = bank.objects.find(kind, id)
      if (!found) throw missing(kind, id)
      return found
    },
    list(kind: string, url: string, form: Form) {
      const limit = Math.min(integerIn(form, 'limit', 1) ?? LIMIT_DEFAULT, LIMIT_MAX)
      const found = bank.objects.list(kind, {
        limit,
        parent: textIn(form, 'payment_intent'),
        startingAfter: textIn(form, 'starting_after'),
        endingBefore: textIn(form, 'ending_before'),
        createdFrom: integerIn(formIn(form, 'created'), 'gte'),
      })
      const data = found.slice(0, limit).map((object) => expanded(object, { expand: dataPaths(form) }))
      return { object: 'list', url, has_more: found.length > limit, data }
    },
  }
}

const dataPaths = (form: Form): string[] =>
  listIn(form, 'expand').flatMap((path) => (String(path).startsWith('data.') ? String(path).slice(5) : []))
